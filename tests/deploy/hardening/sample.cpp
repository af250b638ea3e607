// Does what the flags leave a trace of: an array on the stack that a stranger's length fills, a frame of many
// pages.
#include <cstdio>
#include <cstring>

[[gnu::noinline]] void fill(const char* text, std::size_t size) {
  char local[64];
  std::memcpy(local, text, size);
  std::printf("%s", local);
}

[[gnu::noinline]] int frame(int depth) {
  volatile char local[100'000];
  local[depth] = 1;
  return local[depth];
}

int main(int argc, char** argv) {
  fill(argv[0], std::strlen(argv[0]));
  return frame(argc) - 1;
}
