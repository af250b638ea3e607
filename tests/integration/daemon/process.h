#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cr::testing {

using Variables = std::map<std::string, std::string>;

/// A program under test, with an environment of its own; killed with the object if it still runs.
///
/// Waiting is for something that the program writes or for its end, never for time alone; what does not come
/// within half a minute throws.
class Process {
 public:
  Process(const std::string& program, std::vector<std::string> arguments, const Variables& environment);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] int pid() const { return pid_; }
  void signal(int number);
  /// Reads standard error until it contains `text`, from behind what earlier calls found; the line that it is
  /// in.
  std::string wait_for_log(std::string_view text);
  /// The same as `wait`, but nothing that it writes is read any more.
  int wait_without_reading();
  /// Lets the pipe behind its standard error hold no more than a page.
  void narrow_err() const;
  /// Its exit code, or 128 + the signal that killed it, once it has ended.
  int wait();

  /// What it has written so far; all of it after `wait`.
  [[nodiscard]] const std::string& out() const { return out_.text; }
  [[nodiscard]] const std::string& err() const { return err_.text; }

 private:
  struct Pipe {
    int descriptor = -1;
    std::string text;
  };
  /// Reads what is there, waiting for something if nothing is. False when both ends are closed.
  bool read_some();
  int reap();

  int pid_ = -1;
  Pipe out_, err_;
  std::size_t searched_ = 0;
};

/// Runs a program to its end.
struct Ended {
  int code = 0;
  std::string out, err;
};
[[nodiscard]] Ended run_program(const std::string& program, std::vector<std::string> arguments,
                                const Variables& environment);

/// A request to 127.0.0.1, and its answer. `more`: further header lines, each with its end.
struct Answer {
  int status = 0;
  std::string body;
};
[[nodiscard]] Answer ask(const std::string& port, const std::string& method, const std::string& target,
                         const std::string& bearer = {}, const std::string& body = {},
                         const std::string& more = {});

}  // namespace cr::testing
