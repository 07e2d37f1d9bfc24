//! What the sequence parameter set of an HEVC stream says of the picture's samples (ITU-T H.265, 7.3.2.2 and
//! annex E). Not for sizes and coding tools: the decoder reads those itself.

use crate::decode::cicp::CodePoints;
use crate::decode::ycbcr::Site;

/// The samples of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Signal {
    /// Bits of a sample of luma, and of chroma.
    pub depths: [u32; 2],
    pub colours: CodePoints,
    /// Where the stream says that chroma lies.
    pub site: Option<Site>,
}

/// Most short-term reference picture sets of a stream, and most pictures of one on either side.
const MOST_SETS: u32 = 64;
const MOST_PICTURES: u32 = 16;

/// Reads a NAL unit of a sequence parameter set; None where it ends early or is no such unit.
pub(super) fn signal(unit: &[u8]) -> Option<Signal> {
    let payload = without_emulation_prevention(unit.get(2..)?);
    let bits = &mut Bits {
        bytes: &payload,
        at: 0,
    };
    bits.skip(4)?;
    let sub_layers = bits.read(3)?;
    bits.skip(1)?;
    skip_levels(bits, sub_layers)?;
    bits.golomb()?;
    if bits.golomb()? == 3 {
        bits.skip(1)?;
    }
    bits.golombs(2)?;
    if bits.flag()? {
        bits.golombs(4)?;
    }
    let depths = [
        bits.golomb()?.checked_add(8)?,
        bits.golomb()?.checked_add(8)?,
    ];
    let poc_bits = bits.golomb()?.checked_add(4)?;
    let said = if bits.flag()? { sub_layers + 1 } else { 1 };
    bits.golombs(3 * said)?;
    bits.golombs(6)?;
    if bits.flag()? && bits.flag()? {
        skip_scaling_lists(bits)?;
    }
    bits.skip(2)?;
    if bits.flag()? {
        bits.skip(8)?;
        bits.golombs(2)?;
        bits.skip(1)?;
    }
    skip_reference_sets(bits)?;
    if bits.flag()? {
        let pictures = bits.golomb()?;
        for _ in 0..pictures.min(2 * MOST_SETS) {
            bits.skip(poc_bits as usize + 1)?;
        }
    }
    bits.skip(2)?;
    let (colours, site) = if bits.flag()? {
        usability(bits)?
    } else {
        (CodePoints::UNSAID, None)
    };
    Some(Signal {
        depths,
        colours,
        site,
    })
}

/// The start of the video usability information.
fn usability(bits: &mut Bits<'_>) -> Option<(CodePoints, Option<Site>)> {
    const OTHER_ASPECT: u32 = 255;
    if bits.flag()? && bits.read(8)? == OTHER_ASPECT {
        bits.skip(32)?;
    }
    if bits.flag()? {
        bits.skip(1)?;
    }
    let mut colours = CodePoints::UNSAID;
    if bits.flag()? {
        bits.skip(3)?;
        colours.is_full_range = bits.flag()?;
        if bits.flag()? {
            let points = [bits.read(8)?, bits.read(8)?, bits.read(8)?];
            [colours.primaries, colours.transfer, colours.matrix] = points.map(|code| code as u16);
        }
    }
    let site = if bits.flag()? {
        site(bits.golomb()?)
    } else {
        None
    };
    Some((colours, site))
}

/// The types of figure E.1, of the first field.
fn site(code: u32) -> Option<Site> {
    let (across, down) = match code {
        0 => (0, 1),
        1 => (1, 1),
        2 => (0, 0),
        3 => (1, 0),
        4 => (0, 2),
        5 => (1, 2),
        _ => return None,
    };
    Some(Site { across, down })
}

/// Profile, tier and level, of the stream and of its sub-layers.
fn skip_levels(bits: &mut Bits<'_>, sub_layers: u32) -> Option<()> {
    const PROFILE: usize = 88;
    const LEVEL: usize = 8;
    bits.skip(PROFILE + LEVEL)?;
    let mut told = Vec::new();
    for _ in 0..sub_layers {
        told.push((bits.flag()?, bits.flag()?));
    }
    if sub_layers > 0 {
        bits.skip(2 * (8 - sub_layers as usize))?;
    }
    for (has_profile, has_level) in told {
        bits.skip(if has_profile { PROFILE } else { 0 })?;
        bits.skip(if has_level { LEVEL } else { 0 })?;
    }
    Some(())
}

fn skip_scaling_lists(bits: &mut Bits<'_>) -> Option<()> {
    for size in 0..4 {
        for _ in (0..6).step_by(if size == 3 { 3 } else { 1 }) {
            if !bits.flag()? {
                bits.golomb()?;
                continue;
            }
            let coefficients = (1 << (4 + 2 * size)).min(64);
            bits.golombs(coefficients + u32::from(size > 1))?;
        }
    }
    Some(())
}

fn skip_reference_sets(bits: &mut Bits<'_>) -> Option<()> {
    let sets = bits.golomb()?;
    if sets > MOST_SETS {
        return None;
    }
    let mut pictures = 0;
    for set in 0..sets {
        let is_predicted = set > 0 && bits.flag()?;
        pictures = if is_predicted {
            predicted_pictures(bits, pictures)?
        } else {
            listed_pictures(bits)?
        };
    }
    Some(())
}

/// Pictures of a set that is told by the set before it, which has so many `pictures`.
fn predicted_pictures(bits: &mut Bits<'_>, pictures: u32) -> Option<u32> {
    bits.skip(1)?;
    bits.golomb()?;
    let mut kept = 0;
    for _ in 0..=pictures {
        let is_kept = bits.flag()? || bits.flag()?;
        kept += u32::from(is_kept);
    }
    Some(kept)
}

fn listed_pictures(bits: &mut Bits<'_>) -> Option<u32> {
    let (before, after) = (bits.golomb()?, bits.golomb()?);
    if before > MOST_PICTURES || after > MOST_PICTURES {
        return None;
    }
    for _ in 0..before + after {
        bits.golomb()?;
        bits.skip(1)?;
    }
    Some(before + after)
}

/// A NAL unit's payload: a 3 behind two zeros only keeps start codes out of it.
fn without_emulation_prevention(payload: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(payload.len());
    let mut zeros = 0;
    for byte in payload {
        if zeros >= 2 && *byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if *byte == 0 { zeros + 1 } else { 0 };
        kept.push(*byte);
    }
    kept
}

/// Bits, the highest of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn flag(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = (byte >> (7 - self.at % 8)) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    fn read(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            value = (value << 1) | u32::from(self.flag()?);
        }
        Some(value)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.at = self.at.checked_add(count)?;
        (self.at <= 8 * self.bytes.len()).then_some(())
    }

    /// An Exp-Golomb code.
    fn golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some(((1 << zeros) - 1) + self.read(zeros)?)
    }

    fn golombs(&mut self, count: u32) -> Option<()> {
        for _ in 0..count {
            self.golomb()?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a file of libheif's, BT.709 in full range; it does not say where chroma lies.
    const FILE: &[u8] = include_bytes!("../../../tests/sampled/bt709-full.heic");

    fn unit() -> &'static [u8] {
        // Type 33 of layer 0, behind its length.
        let start = FILE
            .windows(3)
            .position(|part| part == [0x42, 0x01, 0x01])
            .unwrap();
        let length = u16::from_be_bytes([FILE[start - 2], FILE[start - 1]]);
        &FILE[start..start + usize::from(length)]
    }

    #[test]
    fn a_stream_says_its_range_and_matrix() {
        let said = Signal {
            depths: [8, 8],
            colours: CodePoints {
                primaries: 1,
                transfer: 13,
                matrix: 1,
                is_full_range: true,
            },
            site: None,
        };
        assert_eq!(signal(unit()), Some(said));
    }

    #[test]
    fn a_stream_that_ends_early_says_nothing() {
        for length in 0..30 {
            assert_eq!(signal(&unit()[..length]), None, "{length}");
        }
    }

    #[test]
    fn bytes_of_any_kind_are_no_trap() {
        for byte in 0..=255 {
            for at in 0..unit().len() {
                let mut unit = unit().to_vec();
                unit[at] = byte;
                let _ = signal(&unit);
            }
        }
    }
}
