#![doc = include_str!("../README.md")]

pub mod appearance;
pub mod bank;
pub mod comparison;
pub mod cropped;
pub mod error;
pub mod features;
pub mod fingerprint;
pub mod info;
pub mod limits;
pub mod registration;
pub mod rendition;
mod same_shape;
pub mod sequence;
pub mod sketch;
pub mod verification;

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
#[cfg(feature = "rare-codecs")]
pub mod self_test;

#[cfg(feature = "component")]
mod component;
