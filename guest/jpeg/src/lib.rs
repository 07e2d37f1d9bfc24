//! JPEG, as far as it goes without making pixels.

mod bits;
mod blocks;
mod coded;
mod coefficients;
mod dc;
mod encode;
mod huffman;
mod inverse;
mod looks;
mod markers;
mod planes;
mod progressive;
mod segments;
mod skim;
mod strip;

pub use blocks::SIDE as BLOCK_SIDE;
pub use dc::{DcPlane, read as dc_planes};
pub use encode::{MAX_SIDE, SideError, encode};
pub use markers::{Frame, Markers, Process};
pub use planes::{Plane, Samples, Sides, are_sound, decode as planes};
pub use strip::without_metadata;
