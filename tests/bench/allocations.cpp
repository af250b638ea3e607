#include "tests/bench/allocations.h"

#include <cstdlib>
#include <new>

namespace {

thread_local cr::bench::Allocations total;

void* allocate(std::size_t size) {
  ++total.count;
  total.bytes += size;
  if (void* memory = std::malloc(size != 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) {
  return allocate(size);
}
void* operator new[](std::size_t size) {
  return allocate(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace cr::bench {

Allocations allocations_so_far() {
  return total;
}

NotCounted::NotCounted() : before_(total) {}
NotCounted::~NotCounted() {
  total = before_;
}

}  // namespace cr::bench
