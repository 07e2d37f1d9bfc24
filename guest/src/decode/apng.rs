//! The frames of an animated PNG (PNG specification, third edition, sections 11.3.6 and 12.2).
//!
//! Not for their pixels: a frame becomes a PNG of its own, and `animation` lays it where it belongs.

use flate2::Crc;

use super::animation::{After, Animation, Frame};
use super::png::{SIGNATURE, chunks};

/// Chunks that say what samples stand for; those before the picture are of all frames.
const OF_ALL_FRAMES: [&[u8; 4]; 2] = [b"PLTE", b"tRNS"];

/// The frames in order. A picture that is no frame of the animation is the first.
pub(super) fn animation(bytes: &[u8]) -> Option<Animation<'_>> {
    let (_, header) = chunks(bytes).find(|(name, _)| *name == b"IHDR")?;
    let size = (number(header, 0)?, number(header, 4)?);
    let mut frames = Vec::<Frame<'_>>::new();
    for (name, data) in chunks(bytes) {
        match name {
            b"fcTL" => frames.push(frame(data)?),
            b"IDAT" if frames.is_empty() => frames.push(outside(size, data)),
            b"IDAT" => frames.last_mut()?.parts.push(data),
            // Behind a number of the chunk.
            b"fdAT" => frames.last_mut()?.parts.push(data.get(4..)?),
            _ => {}
        }
    }
    Some(Animation {
        size,
        frames,
        still,
    })
}

/// A frame by its control chunk.
fn frame(control: &[u8]) -> Option<Frame<'_>> {
    let number = |at| number(control, at);
    let &[disposal, blending] = control.get(24..)?.first_chunk()?;
    Some(Frame {
        size: (number(4)?, number(8)?),
        place: (number(12)?, number(16)?),
        blends: blending == 1,
        after: match disposal {
            1 => After::Cleared,
            2 => After::Restored,
            _ => After::Kept,
        },
        parts: Vec::new(),
    })
}

/// The picture of the file where it is no frame of the animation, which begins on nothing.
fn outside<'a>(size: (u32, u32), data: &'a [u8]) -> Frame<'a> {
    Frame {
        place: (0, 0),
        size,
        blends: false,
        after: After::Cleared,
        parts: vec![data],
    }
}

fn number(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*data.get(at..)?.first_chunk()?))
}

fn still<'a>(bytes: &'a [u8], frame: &Frame<'a>) -> Option<Vec<u8>> {
    let (_, header) = chunks(bytes).find(|(name, _)| *name == b"IHDR")?;
    let (width, height) = frame.size;
    let header = [
        &width.to_be_bytes()[..],
        &height.to_be_bytes(),
        header.get(8..)?,
    ];
    let mut file = SIGNATURE.to_vec();
    push(&mut file, b"IHDR", &header.concat());
    let head = chunks(bytes).take_while(|(name, _)| *name != b"IDAT");
    for (name, data) in head.filter(|(name, _)| OF_ALL_FRAMES.contains(name)) {
        push(&mut file, name, data);
    }
    push(&mut file, b"IDAT", &frame.parts.concat());
    push(&mut file, b"IEND", &[]);
    Some(file)
}

/// Appends a chunk.
fn push(file: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    let mut checksum = Crc::new();
    checksum.update(name);
    checksum.update(data);
    file.extend((data.len() as u32).to_be_bytes());
    file.extend(name);
    file.extend(data);
    file.extend(checksum.sum().to_be_bytes());
}
