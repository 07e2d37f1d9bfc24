//! The `vismatch` program: parses the command line, runs one command, reports its error.
//!
//! Everything else lives on a floor of its own; see the README for the plan of the house.

#![allow(dead_code, reason = "the floors are being built")]

mod app;
mod cli;
mod config;
mod domain;
mod http;
mod index;
mod sandbox;
mod service;
mod store;

fn main() -> std::process::ExitCode {
    cli::main()
}
