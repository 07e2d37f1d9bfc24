#![doc = include_str!("../ARCHITECTURE.md")]

pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod http;
pub mod index;
pub mod sandbox;
pub mod service;
pub mod store;
