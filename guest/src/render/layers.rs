//! A picture as it is scaled: planes of red, green and blue, or of luma and chroma. Layers lie as the
//! decoder hands them out, and are turned last, when they are small.

use std::borrow::Cow;

use image::DynamicImage;

use super::Source;
use super::colour::ToSrgb;
use super::encode::{self, halves_chroma};
use super::fit::Place;
use super::scale::Scaler;
use crate::decode::{Picture, Plane, Planes};
use crate::error::ImageError;
use crate::info::Orientation;

/// The layers of a picture, and what is to be done to them before they are shown.
pub struct Layers<'a> {
    scalers: Scalers<'a>,
    orientation: Orientation,
    to_srgb: Option<ToSrgb>,
}

enum Scalers<'a> {
    Colours(Box<[Scaler<'a>; 3]>),
    Planes {
        luma: Scaler<'a>,
        chroma: Option<Box<[Scaler<'a>; 2]>>,
        /// The file has no more than half of the chroma.
        has_half: bool,
    },
}

impl<'a> Layers<'a> {
    /// Of a decoded picture.
    pub fn new(source: &'a Source) -> Result<Self, ImageError> {
        let (scalers, orientation, profile) = match source {
            Source::Pixels(picture) => (
                Scalers::of_picture(picture)?,
                Orientation::Upright,
                &picture.colour_profile,
            ),
            Source::Planes(planes) => (
                Scalers::of_planes(planes),
                planes.info.orientation,
                &planes.colour_profile,
            ),
        };
        let to_srgb = profile.as_deref();
        let to_srgb = to_srgb.and_then(|profile| ToSrgb::new(profile, scalers.is_grey()));
        Ok(Self {
            scalers,
            orientation,
            to_srgb,
        })
    }

    /// A rendition: its place in the upright picture as a JPEG.
    pub fn jpeg(&mut self, place: Place, quality: u8) -> Result<Vec<u8>, ImageError> {
        let place = if self.orientation.swaps_sides() {
            place.turned()
        } else {
            place
        };
        let planes = self.scalers.scale(place, quality);
        let planes = match &self.to_srgb {
            Some(to_srgb) => to_srgb.convert(planes),
            None => planes,
        };
        encode::planes(&planes.upright(self.orientation), quality)
    }
}

impl<'a> Scalers<'a> {
    fn of_picture(picture: &'a Picture) -> Result<Self, ImageError> {
        match &picture.pixels {
            DynamicImage::ImageLuma8(luma) => Ok(Self::Planes {
                luma: Scaler::from_samples(Cow::Borrowed(luma)),
                chroma: None,
                has_half: false,
            }),
            DynamicImage::ImageRgb8(pixels) => {
                let colours = encode::separated(pixels);
                let scalers = colours.map(|colour| Scaler::from_samples(Cow::Owned(colour)));
                Ok(Self::Colours(Box::new(scalers)))
            }
            _ => Err(ImageError::Internal(
                "pixels are neither grey nor RGB".into(),
            )),
        }
    }

    fn of_planes(planes: &'a Planes) -> Self {
        let scaler = Scaler::new;
        let is_half = |chroma: &[Plane; 2]| {
            let (own, whole) = (chroma[0].unreduced, planes.luma.unreduced);
            2.0 * own.0 <= whole.0 && 2.0 * own.1 <= whole.1
        };
        Self::Planes {
            luma: scaler(&planes.luma),
            chroma: planes
                .chroma
                .as_ref()
                .map(|chroma| Box::new(chroma.each_ref().map(scaler))),
            has_half: planes.chroma.as_ref().is_some_and(is_half),
        }
    }

    fn is_grey(&self) -> bool {
        matches!(self, Self::Planes { chroma: None, .. })
    }

    fn scale(&mut self, place: Place, quality: u8) -> encode::YcbcrPlanes<'_> {
        let halved = halves_chroma(quality);
        match self {
            Self::Colours(colours) => {
                let scaled = colours.each_mut().map(|colour| colour.scale(place));
                encode::YcbcrPlanes::of_colours(scaled.each_ref().map(|plane| &**plane), halved)
            }
            Self::Planes {
                luma,
                chroma,
                has_half,
            } => {
                let chroma_place = if halved || *has_half {
                    place.halved()
                } else {
                    place
                };
                let chroma = chroma.as_deref_mut();
                encode::YcbcrPlanes {
                    luma: luma.scale(place),
                    chroma: chroma
                        .map(|chroma| chroma.each_mut().map(|plane| plane.scale(chroma_place))),
                }
            }
        }
    }
}
