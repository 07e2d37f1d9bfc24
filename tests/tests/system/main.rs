//! Whole-system tests: the real program, over HTTP and the command line, like a user.
//!
//! Each test has a server and a folder of its own. Timings never decide.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic is how a test fails"
)]

/// Hostile and odd input, one test each.
mod bad_input;
/// Every bench runs, on a little.
#[cfg(target_os = "linux")]
mod benches;
/// No circle of files.
mod circles;
/// What clients are used to, whichever of the documents they were written from.
mod clients;
/// Clocks that are set wrong.
#[cfg(target_os = "linux")]
mod clocks;
/// Every command.
mod command_line;
/// What the component's file says of itself.
mod component;
/// The corpus of hostile files beside the repository, when it is there.
mod corpus;
/// Deletions whose files the system does not let go of.
#[cfg(target_os = "linux")]
mod deletions;
/// Disks that are full or read-only, databases that are damaged.
#[cfg(target_os = "linux")]
mod disk;
/// What the documents of the three clients promise, as they are written.
mod documented;
/// Duplicates: found, decided about, resolved, in the trash and out of it.
mod duplicates;
/// SIGKILL at any moment loses nothing that was acknowledged.
mod durability;
/// What this server adds: checks, matches, descriptions, health, the manners of HTTP.
mod extensions;
/// One client does not hold up another.
#[cfg(target_os = "linux")]
mod fairness;
/// `find` clears up.
mod find;
/// The floors of the house: no import goes upstairs.
mod floors;
/// A server that is stopped in the middle of a change, beside others.
#[cfg(target_os = "linux")]
mod frozen;
/// Pictures that people drop into the image root.
mod image_root;
/// verify and rebuild, over a folder that no server uses.
mod maintenance;
/// One name, one thing.
mod names;
/// Library, component and browser build give the frozen bits.
mod parity;
/// No path of the data folder is followed.
mod paths;
/// Hashers of other people: kept, searched, disabled.
mod plugins;
/// Whom the data folder is open to.
#[cfg(unix)]
mod privacy;
/// The pages for people: their examples run, their links lead somewhere.
mod readme;
/// Components that are refused.
mod sandbox_components;
/// The table of settings is that of the program.
mod settings;
/// Two servers over one data folder.
mod two_processes;
/// The types of the page are made of the description.
mod types;
