//! The `vismatch` program: parses the command line, runs one command, reports its error.

fn main() -> std::process::ExitCode {
    vismatch::cli::main()
}
