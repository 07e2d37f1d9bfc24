//! The floors of the server, from the top down: a module may use those below it, never one above,
//! never its neighbours.
//!
//! A library so that tests and benches reach the same code that the program runs; it is no
//! interface for others. The program is `main.rs`, which calls [`cli::main`].

pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod http;
pub mod index;
pub mod sandbox;
pub mod service;
pub mod store;
