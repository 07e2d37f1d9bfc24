#![doc = include_str!("../README.md")]

pub mod comparison;
pub mod error;
pub mod fingerprint;
pub mod info;
pub mod limits;
pub mod rendition;

#[cfg(feature = "codecs")]
pub mod compare;
#[cfg(feature = "codecs")]
pub mod decode;
#[cfg(feature = "codecs")]
pub mod hash;
#[cfg(feature = "codecs")]
pub mod process;
#[cfg(feature = "codecs")]
pub mod render;
#[cfg(feature = "codecs")]
pub mod self_test;

#[cfg(feature = "component")]
mod component;
