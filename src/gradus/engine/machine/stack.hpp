// Stacks that are large enough where the process gives its threads little (ulimit -s 64).
#pragma once

#include <cstddef>
#include <functional>

namespace gradus {

/// Calls `work` here if this thread has `bytes` of its stack left, else on a thread with a large one, and waits for it.
/// What `work` throws is thrown here. Where no thread can be started, `work` is called here all the same.
void with_stack(std::size_t bytes, const std::function<void()>& work);

/// Gives threads that this process starts from now on a large stack, if they would get less than a megabyte. For
/// programs, not for libraries.
void enlarge_thread_stacks();

}  // namespace gradus
