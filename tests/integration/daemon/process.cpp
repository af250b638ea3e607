#include "tests/integration/daemon/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <stdexcept>
#include <utility>

namespace cr::testing {
namespace {

constexpr int kPatienceMs = 30'000;

std::pair<int, int> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  return {ends[0], ends[1]};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

Process::Process(const std::string& program, std::vector<std::string> arguments,
                 const Variables& environment) {
  arguments.insert(arguments.begin(), program);
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) variables.push_back(name + '=' + value);
  const auto argv = pointers(arguments);
  const auto envp = pointers(variables);
  const auto [out_read, out_write] = make_pipe();
  const auto [err_read, err_write] = make_pipe();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(out_write, STDOUT_FILENO);
    ::dup2(err_write, STDERR_FILENO);
    ::execve(program.c_str(), argv.data(), envp.data());
    ::_exit(127);
  }
  ::close(out_write);
  ::close(err_write);
  out_.descriptor = out_read;
  err_.descriptor = err_read;
}

Process::~Process() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  for (const Pipe* pipe : {&out_, &err_}) {
    if (pipe->descriptor >= 0) ::close(pipe->descriptor);
  }
}

void Process::signal(int number) {
  ::kill(pid_, number);
}

bool Process::read_some() {
  std::array<pollfd, 2> polled{pollfd{out_.descriptor, POLLIN, 0}, pollfd{err_.descriptor, POLLIN, 0}};
  if (out_.descriptor < 0 && err_.descriptor < 0) return false;
  if (::poll(polled.data(), polled.size(), kPatienceMs) <= 0) {
    throw std::runtime_error("the program neither writes nor ends; it wrote: " + err_.text);
  }
  std::array<char, 8192> chunk{};
  for (std::size_t i = 0; i < polled.size(); ++i) {
    Pipe& pipe = i == 0 ? out_ : err_;
    if (pipe.descriptor < 0 || polled[i].revents == 0) continue;
    const ssize_t count = ::read(pipe.descriptor, chunk.data(), chunk.size());
    if (count > 0) {
      pipe.text.append(chunk.data(), static_cast<std::size_t>(count));
    } else {
      ::close(pipe.descriptor);
      pipe.descriptor = -1;
    }
  }
  return true;
}

std::string Process::wait_for_log(std::string_view text) {
  while (true) {
    const auto found = err_.text.find(text, searched_);
    const auto end = found == std::string::npos ? found : err_.text.find('\n', found);
    if (end != std::string::npos) {
      const auto start = err_.text.rfind('\n', found);
      searched_ = end;
      return err_.text.substr(start == std::string::npos ? 0 : start + 1, end - (start + 1));
    }
    if (!read_some()) {
      throw std::runtime_error("the program ended before it wrote \"" + std::string{text} +
                               "\": " + err_.text);
    }
  }
}

int Process::wait() {
  while (read_some()) {
  }
  return reap();
}

int Process::wait_without_reading() {
  const auto end = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  pollfd polled{end, POLLIN, 0};
  const int ready = ::poll(&polled, 1, kPatienceMs);
  ::close(end);
  if (ready <= 0) throw std::runtime_error("the program does not end");
  return reap();
}

int Process::reap() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void Process::narrow_err() const {
  if (::fcntl(err_.descriptor, F_SETPIPE_SZ, 4096) < 0) throw std::runtime_error("the pipe stays wide");
}

Ended run_program(const std::string& program, std::vector<std::string> arguments,
                  const Variables& environment) {
  Process process(program, std::move(arguments), environment);
  const int code = process.wait();
  return {code, process.out(), process.err()};
}

Answer ask(const std::string& port, const std::string& method, const std::string& target,
           const std::string& bearer, const std::string& body, const std::string& more) {
  namespace asio = boost::asio;
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect({asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoi(port))});
  std::string request =
      method + ' ' + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + more;
  if (!bearer.empty()) request += "Authorization: Bearer " + bearer + "\r\n";
  request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  asio::write(socket, asio::buffer(request));
  std::string text;
  boost::system::error_code end;
  asio::read(socket, asio::dynamic_buffer(text), end);
  const auto head = text.find("\r\n\r\n");
  if (text.size() < 12 || head == std::string::npos) throw std::runtime_error("no HTTP answer: " + text);
  return {std::stoi(text.substr(9, 3)), text.substr(head + 4)};
}

}  // namespace cr::testing
