//! How fingerprints are cut into substrings, one for each table, and the pigeonhole that a search
//! stands on.
//!
//! Two fingerprints of `m` substrings that differ in `r` bits differ in at most `q` bits in one of
//! the first `a + 1` substrings or in at most `q - 1` in one of the others, where `r = m q + a`
//! (Norouzi, Punjani, Fleet: "Fast Exact Search in Hamming Space with Multi-Index Hashing", 2014).
//! Said step by step: **step** `s` looks at substring `s mod m` for exactly `s / m` differing bits,
//! and after it everything within distance `s` has been seen.

/// Moves each bit to another place, the same for every fingerprint, so that distances stay.
///
/// Neighbouring bits of a fingerprint come from neighbouring parts of a picture and often agree.
/// In one substring they would fill few buckets with much; here they come into different ones.
pub(super) fn spread<const W: usize>(words: &[u64; W]) -> [u64; W] {
    let mut spread = [0; W];
    for (number, word) in words.iter().enumerate() {
        let mut left = *word;
        while left != 0 {
            let bit = number * 64 + left.trailing_zeros() as usize;
            let place = bit * STRIDE % (W * 64);
            spread[place / 64] |= 1 << (place % 64);
            left &= left - 1;
        }
    }
    spread
}

/// Odd, so that no two bits come to one place.
const STRIDE: usize = 13;

/// A part of one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Substring {
    word: usize,
    shift: u32,
    width: u32,
}

impl Substring {
    /// The substrings of `words` words, each cut into `parts`, 3 to 64; the first is the most
    /// significant one, so that sorted fingerprints are sorted by it.
    pub(super) fn cut(words: usize, parts: u32) -> Vec<Self> {
        let part = move |word, number| {
            let edge = |number: u32| 64 - (64 * number).div_ceil(parts);
            let (top, shift): (u32, u32) = (edge(number), edge(number + 1));
            Self {
                word,
                shift,
                width: top - shift,
            }
        };
        (0..words)
            .flat_map(|word| (0..parts).map(move |number| part(word, number)))
            .collect()
    }

    /// Its value in a fingerprint, below [`Substring::values`].
    #[inline(always)]
    pub(super) fn value_in(&self, words: &[u64]) -> usize {
        (words[self.word] >> self.shift) as usize & (self.values() - 1)
    }

    /// How many values there are.
    #[inline(always)]
    pub(super) fn values(&self) -> usize {
        1 << self.width
    }

    /// How many values differ from one in exactly `bits` bits.
    pub(super) fn neighbours(&self, bits: u32) -> u64 {
        (0..u64::from(bits)).fold(1, |product, taken| {
            product * u64::from(self.width).saturating_sub(taken) / (taken + 1)
        })
    }

    /// What the value is to be combined with, by exclusive or, for each of those.
    pub(super) fn masks(&self, bits: u32) -> Masks {
        Masks {
            next: (bits <= self.width).then(|| (1 << bits) - 1),
            end: self.values(),
        }
    }
}

/// The step at which two fingerprints meet whose bits differ where `difference` has ones.
pub(super) fn step_of(substrings: &[Substring], difference: &[u64]) -> u32 {
    let steps = substrings.iter().zip(0..).map(|(substring, number)| {
        substring.value_in(difference).count_ones() * substrings.len() as u32 + number
    });
    steps.min().unwrap_or(0)
}

/// All numbers of so many ones below an end, rising.
pub(super) struct Masks {
    next: Option<usize>,
    end: usize,
}

impl Iterator for Masks {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let mask = self.next?;
        self.next = following(mask).filter(|next| *next < self.end);
        Some(mask)
    }
}

/// The next larger number with as many ones (R. W. Gosper, HAKMEM 175).
fn following(mask: usize) -> Option<usize> {
    let lowest = mask & mask.wrapping_neg();
    if lowest == 0 {
        return None;
    }
    let ripple = mask + lowest;
    Some(ripple | ((mask ^ ripple) >> 2 >> lowest.trailing_zeros()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn substrings_cover_every_bit_once() {
        for (words, parts) in [(1, 3), (1, 4), (2, 5), (4, 3), (4, 4)] {
            let substrings = Substring::cut(words, parts);
            assert_eq!(substrings.len(), words * parts as usize);
            for bit in 0..words * 64 {
                let mut one = vec![0; words];
                one[bit / 64] = 1 << (bit % 64);
                let holders = substrings
                    .iter()
                    .filter(|holder| holder.value_in(&one) != 0);
                assert_eq!(holders.count(), 1);
            }
        }
    }

    #[test]
    fn masks_are_all_values_of_so_many_ones() {
        let substring = Substring::cut(1, 6)[0];
        for bits in 0..=12 {
            let masks: Vec<usize> = substring.masks(bits).collect();
            let expected: Vec<usize> = (0..substring.values())
                .filter(|value| value.count_ones() == bits)
                .collect();
            assert_eq!(masks, expected);
            assert_eq!(substring.neighbours(bits), masks.len() as u64);
        }
    }

    #[test]
    fn spread_bits_stay_apart() {
        for bit in 0..256 {
            let mut one = [0_u64; 4];
            one[bit / 64] = 1 << (bit % 64);
            let place = spread(&one);
            assert_eq!(place.iter().map(|word| word.count_ones()).sum::<u32>(), 1);
        }
        assert_eq!(spread(&[u64::MAX; 4]), [u64::MAX; 4]);
        assert_eq!(spread(&[u64::MAX]), [u64::MAX]);
    }
}
