// A program that knows nothing of gradus and opens a shared object that does. usage: loader PLUGIN
#include <dlfcn.h>

#include <cstdio>

int main(int, char** arguments) {
  void* plugin = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  void* function = plugin ? dlsym(plugin, "largest_error") : nullptr;
  if (!function) {
    std::fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  const double error = reinterpret_cast<double (*)()>(function)();
  std::printf("largest error inside a shared object: %g\n", error);
  return error <= 1e-12 ? 0 : 1;
}
