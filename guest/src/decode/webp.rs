//! The frames of an animated WebP (WebP container specification): they are counted without decoding any.
//!
//! Not for their pixels: a frame becomes a WebP of its own, and `animation` lays it where it belongs.

use super::animation::{After, Animation, Frame};

/// `ANMF` chunks of a file that says that it is an animation, up to `most + 1`; 1 for any other.
pub(super) fn count(bytes: &[u8], most: u32) -> u32 {
    let most = (most as usize).saturating_add(1);
    header(bytes).map_or(1, |_| frames(bytes).take(most).count() as u32)
}

/// The frames in order.
pub(super) fn animation(bytes: &[u8]) -> Option<Animation<'_>> {
    let header = header(bytes)?;
    Some(Animation {
        size: (side(header, 4)?, side(header, 7)?),
        frames: frames(bytes).map(frame).collect::<Option<_>>()?,
        still,
    })
}

/// The extended header of an animation.
fn header(bytes: &[u8]) -> Option<&[u8]> {
    let (name, header) = chunks(bytes.get(12..)?).next()?;
    let is_animation = name == b"VP8X" && header.first()? & 2 != 0;
    is_animation.then_some(header)
}

/// The data of `ANMF` chunks.
fn frames(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let chunks = chunks(bytes.get(12..).unwrap_or_default());
    let frames = chunks.filter(|(name, _)| *name == b"ANMF");
    frames.map(|(_, data)| data)
}

fn frame(data: &[u8]) -> Option<Frame<'_>> {
    // Places are in units of two pixels.
    let place = |at| Some((side(data, at)? - 1) * 2);
    let (flags, stored) = (data.get(15)?, data.get(16..)?);
    Some(Frame {
        place: (place(0)?, place(3)?),
        size: (side(data, 6)?, side(data, 9)?),
        blends: flags & 2 == 0 && is_transparent(stored),
        after: match flags & 1 {
            0 => After::Kept,
            _ => After::Cleared,
        },
        parts: vec![stored],
    })
}

/// Some of the chunks of a frame tells of alpha.
fn is_transparent(stored: &[u8]) -> bool {
    chunks(stored).any(|(name, data)| match name {
        b"ALPH" => true,
        b"VP8L" => data.get(4).is_some_and(|bits| bits & 0x10 != 0),
        _ => false,
    })
}

/// A number of three bytes, which is stored less one.
fn side(data: &[u8], at: usize) -> Option<u32> {
    let &[low, middle, high] = data.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes([low, middle, high, 0]) + 1)
}

/// A frame alone: its chunks behind a header of its size where its alpha is a chunk of its own.
fn still<'a>(_: &'a [u8], frame: &Frame<'a>) -> Option<Vec<u8>> {
    let stored = *frame.parts.first()?;
    let is_picture = |name: &[u8; 4]| matches!(name, b"VP8 " | b"VP8L");
    let (name, picture) = chunks(stored).find(|(name, _)| is_picture(name))?;
    let alpha = chunks(stored).find(|(name, _)| *name == b"ALPH");
    let mut content = b"WEBP".to_vec();
    if let (b"VP8 ", Some((_, alpha))) = (name, alpha) {
        // The codec takes memory for the picture's own size before it compares that with the header's.
        if lossy_size(picture)? != frame.size {
            return None;
        }
        push(&mut content, b"VP8X", &transparent_header(frame.size));
        push(&mut content, b"ALPH", alpha);
    }
    push(&mut content, name, picture);
    let mut file = Vec::new();
    push(&mut file, b"RIFF", &content);
    Some(file)
}

/// The extended header of a still picture with alpha.
fn transparent_header((width, height): (u32, u32)) -> [u8; 10] {
    let [a, b, c, _] = (width - 1).to_le_bytes();
    let [d, e, f, _] = (height - 1).to_le_bytes();
    [0x10, 0, 0, 0, a, b, c, d, e, f]
}

/// Width and height in the header of a VP8 key frame (RFC 6386, section 9.1).
fn lossy_size(picture: &[u8]) -> Option<(u32, u32)> {
    let &[a, b, c, d] = picture.get(6..)?.first_chunk()?;
    let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
    Some((side(a, b), side(c, d)))
}

/// Appends a chunk.
fn push(file: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    file.extend(name);
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    // Padded to an even length.
    file.extend(&[0][..data.len() % 2]);
}

/// Names and data of RIFF chunks; the data of the last one as far as it goes.
fn chunks(mut rest: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (name, behind) = rest.split_first_chunk::<4>()?;
        let (length, behind) = behind.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        let data = &behind[..length.min(behind.len())];
        // Padded to an even length.
        let next = length.saturating_add(length % 2);
        rest = behind.get(next..).unwrap_or_default();
        Some((name, data))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_counted_up_to_the_limit() {
        let mut webp = b"RIFF\0\0\0\0WEBPVP8X\x0A\0\0\0\x02\0\0\0\0\0\0\0\0\0".to_vec();
        for _ in 0..5 {
            webp.extend(b"ANMF\x03\0\0\0abc\0");
        }
        assert_eq!(count(&webp, 100), 5);
        assert_eq!(count(&webp, 3), 4);
        // Without the flag they are no animation.
        webp[20] = 0;
        assert_eq!(count(&webp, 100), 1);
    }
}
