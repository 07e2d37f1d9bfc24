#![doc = include_str!("../README.md")]

mod baseline;
mod bits;
mod dc;
mod encode;
mod grid;
mod headers;
mod huffman;
mod inverse_dct;
mod lookahead;
mod markers;
mod planes;
mod progressive;
mod samples;
mod scan;
mod segments;
mod skip;
mod strip;
mod tables;
mod zigzag;

pub use dc::{DcPlane, dc_planes};
pub use encode::{MAX_SIDE, SideError, encode};
pub use grid::BLOCK_SIDE;
pub use markers::{Frame, Markers, Process};
pub use planes::{is_sound, planes};
pub use samples::{BlockScales, Plane, Samples};
pub use strip::without_metadata;
