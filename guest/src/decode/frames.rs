//! Counts frames and pages from block headers, without decoding any, and never much past the limit.

use super::ifd::Tiff;
use super::png;
use crate::info::ImageFormat;

/// Frames, pages or entries that the file tells of, counted up to `most + 1`; at least 1.
pub(super) fn count(format: ImageFormat, bytes: &[u8], most: u32) -> u32 {
    let frames = match format {
        ImageFormat::Png => png::frames(bytes),
        ImageFormat::WebP => webp_frames(bytes, most),
        ImageFormat::Gif => gif(bytes, most).frames,
        ImageFormat::Tiff => Tiff::parse(bytes).map_or(1, |tiff| tiff.pages(most)),
        _ => 1,
    };
    frames.max(1)
}

/// What the blocks of a GIF tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Gif {
    pub frames: u32,
    /// Width and height of the first frame.
    pub first_size: (u32, u32),
    /// The first frame has a transparent colour or leaves a part of the screen free.
    pub first_is_transparent: bool,
}

/// Walks the blocks of a GIF (GIF89a, section 13) as far as they go.
pub(super) fn gif(bytes: &[u8], most: u32) -> Gif {
    let mut found = Gif::default();
    let _ = walk_gif(bytes, most, &mut found);
    found
}

/// `None` at the end of the file.
fn walk_gif(bytes: &[u8], most: u32, found: &mut Gif) -> Option<()> {
    let screen = bytes.get(6..13)?;
    let (width, height) = (word(screen, 0)?, word(screen, 2)?);
    let mut at = 13 + colour_table(screen[4]);
    let mut transparent = false;
    while found.frames <= most {
        match *bytes.get(at)? {
            0x2C => {
                let frame = bytes.get(at + 1..at + 10)?;
                if found.frames == 0 {
                    found.first_size = (word(frame, 4)?, word(frame, 6)?);
                    let fills = found.first_size.0 >= width && found.first_size.1 >= height;
                    found.first_is_transparent = transparent || !fills || frame[..4] != [0; 4];
                }
                found.frames += 1;
                // The table of colours, and one byte of code size before the data.
                at = after_sub_blocks(bytes, at + 11 + colour_table(frame[8]))?;
            }
            0x21 => {
                let is_control = bytes.get(at + 1) == Some(&0xF9);
                if is_control && found.frames == 0 {
                    transparent = bytes.get(at + 3)? & 1 == 1;
                }
                at = after_sub_blocks(bytes, at + 2)?;
            }
            _ => return None,
        }
    }
    Some(())
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

/// `ANMF` chunks of a RIFF file.
fn webp_frames(bytes: &[u8], most: u32) -> u32 {
    let mut at: usize = 12;
    let mut frames = 0;
    while let Some(header) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let [name @ .., a, b, c, d] = *header;
        frames += u32::from(name == *b"ANMF");
        if frames > most {
            break;
        }
        let length = u32::from_le_bytes([a, b, c, d]) as usize;
        at = at
            .saturating_add(8)
            .saturating_add(length)
            .saturating_add(length % 2);
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A GIF of 1 x 1 frames on a screen of `side` x `side`.
    pub fn gif_of(frames: usize, side: u8, transparent: bool) -> Vec<u8> {
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
    fn gif_frames_are_counted_up_to_the_limit() {
        assert_eq!(gif(&gif_of(3, 1, false), 1000).frames, 3);
        assert_eq!(gif(&gif_of(10_000, 1, false), 1000).frames, 1001);
        assert_eq!(gif(b"GIF89a", 10).frames, 0);
    }

    #[test]
    fn gif_tells_whether_its_first_frame_is_transparent() {
        assert!(!gif(&gif_of(1, 1, false), 10).first_is_transparent);
        assert!(gif(&gif_of(1, 1, true), 10).first_is_transparent);
        assert!(gif(&gif_of(1, 2, false), 10).first_is_transparent);
    }

    #[test]
    fn webp_and_png_frames() {
        let mut webp = b"RIFF\0\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
        for _ in 0..5 {
            webp.extend(b"ANMF\x03\0\0\0abc\0");
        }
        assert_eq!(webp_frames(&webp, 100), 5);
        assert_eq!(webp_frames(&webp, 3), 4);
        let png = b"\x89PNG\r\n\x1A\n\0\0\0\x08acTL\0\0\0\x07\0\0\0\0crc!";
        assert_eq!(png::frames(png), 7);
        assert_eq!(png::frames(b"\x89PNG\r\n\x1A\n\xFF\xFF\xFF\xFFabcd"), 1);
    }
}
