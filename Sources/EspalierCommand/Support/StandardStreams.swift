import Foundation

/// Makes the three standard streams safe to use.
enum StandardStreams {
  static func prepare() {
    // A file opened later must not become the output because its number is free: a closed stream is taken by one that
    // fails when it is used.
    for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
    where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest free number, which is this one: those below are taken.
      _ = open("/dev/null", mode)
    }
    // A process that we feed may end early: that is an error of it with words, not our silent end.
    signal(SIGPIPE, SIG_IGN)
    // A limit on the size of files is an error of the write, with words, too.
    signal(SIGXFSZ, SIG_IGN)
  }
}
