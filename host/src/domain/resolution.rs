//! What people decide about duplicates: which are none, which one is kept, what waits in the trash.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use super::{Image, ImageId};

/// Two images, the smaller id first; as text the two ids with a `-` between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pair {
    first: ImageId,
    second: ImageId,
}

/// Somebody decided that two images are no duplicates of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Which two.
    pub pair: Pair,
    /// When.
    pub decided_at: Timestamp,
}

/// An image in the trash.
#[derive(Clone, Debug, PartialEq)]
pub struct Trashed {
    /// The image as it was.
    pub image: Image,
    /// When it was put there.
    pub trashed_at: Timestamp,
    /// The image that was kept in its place.
    pub merged_into: ImageId,
}

/// A group of duplicates brought down to one image.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The image that is kept, as it is afterwards.
    pub kept: Image,
    /// What went to the trash, as it was.
    pub removed: Vec<Image>,
}

/// The text is not two ids with a `-` between them. The caller must send such a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a pair of images: two different ids with a `-` between them are")]
pub struct InvalidPair;

impl Pair {
    /// The pair of two images; `None` when they are one.
    pub fn new(one: ImageId, other: ImageId) -> Option<Self> {
        (one != other).then(|| Self {
            first: one.min(other),
            second: one.max(other),
        })
    }

    /// Every pair among some images.
    pub fn all(images: &[ImageId]) -> Vec<Self> {
        let rest = |at: usize| images.get(at + 1..).unwrap_or_default();
        let pairs = images.iter().enumerate().flat_map(|(at, one)| {
            let others = rest(at).iter();
            others.filter_map(|other| Self::new(*one, *other))
        });
        pairs.collect()
    }

    /// The smaller id, then the other.
    pub fn images(self) -> [ImageId; 2] {
        [self.first, self.second]
    }

    /// The other image of the pair; `None` when `image` is not in it.
    pub fn other(self, image: ImageId) -> Option<ImageId> {
        match image {
            one if one == self.first => Some(self.second),
            one if one == self.second => Some(self.first),
            _ => None,
        }
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.second)
    }
}

impl FromStr for Pair {
    type Err = InvalidPair;

    fn from_str(text: &str) -> Result<Self, InvalidPair> {
        let (one, other) = text.split_once('-').ok_or(InvalidPair)?;
        let parse = |id: &str| id.parse().map_err(|_| InvalidPair);
        Self::new(parse(one)?, parse(other)?).ok_or(InvalidPair)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> ImageId {
        ImageId::from_bytes([number; 16])
    }

    #[test]
    fn a_pair_is_the_same_whichever_comes_first() {
        let pair = Pair::new(id(2), id(1)).unwrap();
        assert_eq!(Some(pair), Pair::new(id(1), id(2)));
        assert_eq!(pair.to_string().parse(), Ok(pair));
        let turned = format!("{}-{}", id(2), id(1));
        assert_eq!(turned.parse(), Ok(pair));
        assert_eq!(pair.other(id(1)), Some(id(2)));
        assert_eq!(pair.other(id(3)), None);
    }

    #[test]
    fn no_image_makes_a_pair_with_itself() {
        assert_eq!(Pair::new(id(1), id(1)), None);
        for text in ["", "-", "a-b", &format!("{}-{}", id(1), id(1))] {
            assert_eq!(text.parse::<Pair>(), Err(InvalidPair), "{text}");
        }
        assert_eq!(Pair::all(&[id(1), id(2), id(3)]).len(), 3);
        assert!(Pair::all(&[id(1)]).is_empty());
    }
}
