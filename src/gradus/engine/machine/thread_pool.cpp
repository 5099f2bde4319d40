#include "gradus/engine/machine/thread_pool.hpp"

namespace gradus {

ThreadPool::ThreadPool(int threads) : threads_(threads) {}
ThreadPool::~ThreadPool() = default;

}  // namespace gradus
