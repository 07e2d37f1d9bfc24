//! The frames of a GIF (GIF89a), told by its blocks: they are counted without decoding any.
//!
//! Not for their pixels: a frame becomes a GIF of its own, and `animation` lays it where it belongs.

use super::animation::{After, Animation, Frame};

/// What the blocks of a GIF tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub frames: u32,
    /// Width and height of the first frame.
    pub first_size: (u32, u32),
    /// The first frame has a transparent colour or leaves a part of the screen free.
    pub first_is_transparent: bool,
}

/// Walks the blocks of a GIF as far as they go, and not behind `most + 1` frames.
pub(super) fn facts(bytes: &[u8], most: u32) -> Facts {
    let most = (most as usize).saturating_add(1);
    let mut frames = images(bytes).take(most).peekable();
    let (Some(screen), Some(first)) = (screen(bytes), frames.peek()) else {
        return Facts::default();
    };
    let (width, height) = first.size;
    let fills = first.place == (0, 0) && width >= screen.0 && height >= screen.1;
    Facts {
        first_size: first.size,
        first_is_transparent: first.is_transparent() || !fills,
        frames: frames.count() as u32,
    }
}

/// The first `most` frames in order.
pub(super) fn animation(bytes: &[u8], most: u32) -> Option<Animation<'_>> {
    let images = images(bytes).take(most as usize);
    Some(Animation {
        size: screen(bytes)?,
        frames: images.map(frame).collect(),
        still,
    })
}

fn frame(image: Image<'_>) -> Frame<'_> {
    Frame {
        place: image.place,
        size: image.size,
        blends: image.is_transparent(),
        after: match image.control.first().map_or(0, |packed| packed >> 2 & 7) {
            2 => After::Cleared,
            3 => After::Restored,
            _ => After::Kept,
        },
        parts: vec![image.control, image.data],
    }
}

/// Up to the global table of colours, with the frame's size for that of the screen; then the blocks of the frame,
/// with its place for (0, 0).
fn still<'a>(bytes: &'a [u8], frame: &Frame<'a>) -> Option<Vec<u8>> {
    let [control, data] = frame.parts[..] else {
        return None;
    };
    let [width, height] = [frame.size.0, frame.size.1].map(|side| (side as u16).to_le_bytes());
    let mut file = bytes.get(..first_block(bytes)?)?.to_vec();
    file[6..10].copy_from_slice(&[width, height].concat());
    if !control.is_empty() {
        file.extend([0x21, 0xF9, 4]);
        file.extend(control);
        file.push(0);
    }
    file.extend([0x2C, 0, 0, 0, 0]);
    file.extend([width, height].concat());
    file.extend(data);
    file.push(0x3B);
    Some(file)
}

/// A frame as the blocks of a GIF tell of it.
struct Image<'a> {
    place: (u32, u32),
    size: (u32, u32),
    /// The four bytes of its graphic control extension: a packed field, its time, a transparent colour. Empty
    /// where it has none.
    control: &'a [u8],
    /// The packed field of its descriptor, and all behind that: the colours and the samples.
    data: &'a [u8],
}

impl Image<'_> {
    /// It has a transparent colour.
    fn is_transparent(&self) -> bool {
        self.control.first().is_some_and(|packed| packed & 1 == 1)
    }
}

/// Width and height of the screen.
fn screen(bytes: &[u8]) -> Option<(u32, u32)> {
    Some((word(bytes, 6)?, word(bytes, 8)?))
}

/// Where the blocks begin: behind the global table of colours.
fn first_block(bytes: &[u8]) -> Option<usize> {
    Some(13 + colour_table(*bytes.get(10)?))
}

/// The frames one after another, as far as the blocks go; the last one may be cut.
fn images(bytes: &[u8]) -> impl Iterator<Item = Image<'_>> {
    let mut at = first_block(bytes).unwrap_or(bytes.len());
    std::iter::from_fn(move || next_image(bytes, &mut at))
}

fn next_image<'a>(bytes: &'a [u8], at: &mut usize) -> Option<Image<'a>> {
    let mut control = &[][..];
    while *bytes.get(*at)? == 0x21 {
        if bytes.get(*at + 1) == Some(&0xF9) {
            control = bytes.get(*at + 3..*at + 7)?;
        }
        *at = after_sub_blocks(bytes, *at + 2)?;
    }
    let descriptor = bytes.get(*at..*at + 10)?;
    if descriptor[0] != 0x2C {
        return None;
    }
    let data = *at + 9;
    // The table of colours, and one byte of code size before the samples.
    let samples = *at + 11 + colour_table(descriptor[9]);
    *at = after_sub_blocks(bytes, samples).unwrap_or(bytes.len());
    Some(Image {
        place: (word(descriptor, 1)?, word(descriptor, 3)?),
        size: (word(descriptor, 5)?, word(descriptor, 7)?),
        control,
        data: &bytes[data..*at],
    })
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?).into())
}

/// Bytes of the table of colours that a packed field announces.
fn colour_table(packed: u8) -> usize {
    if packed & 0x80 == 0 {
        0
    } else {
        3 << ((packed & 7) + 1)
    }
}

fn after_sub_blocks(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *bytes.get(at)? {
            0 => return Some(at + 1),
            length => at += 1 + usize::from(length),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A GIF of 1 x 1 frames on a screen of `side` x `side`.
    fn gif_of(frames: usize, side: u8, transparent: bool) -> Vec<u8> {
        let mut file = b"GIF89a".to_vec();
        file.extend([side, 0, side, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]);
        for _ in 0..frames {
            file.extend([0x21, 0xF9, 4, u8::from(transparent), 0, 0, 0, 0]);
            file.extend([0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0]);
        }
        file.push(0x3B);
        file
    }

    #[test]
    fn frames_are_counted_up_to_the_limit() {
        assert_eq!(facts(&gif_of(3, 1, false), 1000).frames, 3);
        assert_eq!(facts(&gif_of(10_000, 1, false), 1000).frames, 1001);
        assert_eq!(facts(b"GIF89a", 10).frames, 0);
    }

    #[test]
    fn it_tells_whether_its_first_frame_is_transparent() {
        assert!(!facts(&gif_of(1, 1, false), 10).first_is_transparent);
        assert!(facts(&gif_of(1, 1, true), 10).first_is_transparent);
        assert!(facts(&gif_of(1, 2, false), 10).first_is_transparent);
    }
}
