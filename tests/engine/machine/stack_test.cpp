// Work that needs more stack than its thread has.
#include "gradus/engine/machine/stack.hpp"

#include <gtest/gtest.h>
#include <pthread.h>

#include <stdexcept>
#include <thread>

#include "gradus/core/graph/graph.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/engine/runtime/engine.hpp"
#include "gradus/engine/runtime/evaluate.hpp"

namespace gradus {
namespace {

/// Touches `bytes` of the stack.
int deep(std::size_t bytes) {
  volatile char room[4096];
  room[0] = 1;
  room[4095] = 1;
  return bytes > sizeof room ? deep(bytes - sizeof room) + room[0] : room[4095];
}

/// Runs `work` on a thread with a stack of 128 KiB.
void on_small_stack(void (*work)()) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 128 << 10);
  pthread_t thread;
  const auto run = [](void* f) -> void* { return reinterpret_cast<void (*)()>(f)(), nullptr; };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, reinterpret_cast<void*>(work)), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

TEST(Stack, WorkHasTheRoomThatItAsksFor) {
  on_small_stack([] {
    int found = 0;
    with_stack(1 << 20, [&] { found = deep(1 << 20); });
    EXPECT_EQ(found, 256);
  });
}

TEST(Stack, WorkThatFitsStaysOnItsThreadAndExceptionsComeBack) {
  const auto here = std::this_thread::get_id();
  with_stack(1 << 10, [&] { EXPECT_EQ(std::this_thread::get_id(), here); });
  on_small_stack([] {
    const auto own = std::this_thread::get_id();
    with_stack(1 << 20, [&] { EXPECT_NE(std::this_thread::get_id(), own); });
    EXPECT_THROW(with_stack(1 << 20, [] { throw std::runtime_error("seen"); }), std::runtime_error);
  });
}

TEST(Stack, ProductsAreCompiledOnSmallStacks) {
  on_small_stack([] {
    Engine engine({.threads = 1});
    Graph g;
    const Value a = g.input("a", Type{DType::f32, {64, 64}}), b = g.input("b", Type{DType::f32, {64, 64}});
    const Value y = matmul(a, b);
    const Tensor one = Tensor::full(a.type(), 1), two = Tensor::full(b.type(), 2);
    EXPECT_EQ(evaluate(engine, std::vector{y}, std::vector<Binding>{{a, one}, {b, two}})[0].number(5), 128);
  });
}

}  // namespace
}  // namespace gradus
