//! What a camera wrote (Exif 3.0): maker, lens, time, place and how the camera was held.
//!
//! A fault in an EXIF block never fails a picture; what cannot be read is left out.

use super::ifd::{Directory, Tiff, Value};
use crate::info::{Exif, Location, Orientation};

/// What one EXIF block tells.
pub(super) struct Found {
    /// `None` when the block has none of the facts that are told.
    pub camera: Option<Exif>,
    /// 1 when the block has none.
    pub orientation: Orientation,
}

/// The longest text that is told, in bytes.
const LONGEST: usize = 256;

mod tag {
    pub const MAKE: u16 = 0x010F;
    pub const MODEL: u16 = 0x0110;
    pub const ORIENTATION: u16 = 0x0112;
    pub const DATE_TIME: u16 = 0x0132;
    pub const EXIF: u16 = 0x8769;
    pub const GPS: u16 = 0x8825;
    // In the EXIF directory.
    pub const DATE_TIME_ORIGINAL: u16 = 0x9003;
    pub const OFFSET_TIME: u16 = 0x9010;
    pub const OFFSET_TIME_ORIGINAL: u16 = 0x9011;
    pub const LENS_MODEL: u16 = 0xA434;
    // In the GPS directory.
    pub const LATITUDE_REF: u16 = 1;
    pub const LATITUDE: u16 = 2;
    pub const LONGITUDE_REF: u16 = 3;
    pub const LONGITUDE: u16 = 4;
}

/// Reads a block, with or without the `Exif\0\0` that some formats put in front.
pub(super) fn read(block: &[u8]) -> Option<Found> {
    let block = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
    let tiff = Tiff::parse(block)?;
    let main = tiff.first()?;
    let detail = main.child(tag::EXIF);
    let camera = Exif {
        camera_make: main.get(tag::MAKE).and_then(text),
        camera_model: main.get(tag::MODEL).and_then(text),
        lens: detail
            .as_ref()
            .and_then(|detail| detail.get(tag::LENS_MODEL))
            .and_then(text),
        taken_at: taken_at(&main, detail.as_ref()),
        location: main.child(tag::GPS).and_then(|gps| location(&gps)),
    };
    let orientation = main.get(tag::ORIENTATION).and_then(|value| value.uint());
    Some(Found {
        camera: (camera != Exif::default()).then_some(camera),
        orientation: Orientation::from_exif(
            orientation
                .and_then(|value| value.try_into().ok())
                .unwrap_or(1),
        ),
    })
}

/// Text up to the first NUL, trimmed, without control characters; `None` when nothing is left.
fn text(value: Value<'_>) -> Option<String> {
    let bytes = value.ascii()?.split(|byte| *byte == 0).next()?;
    let decoded = String::from_utf8_lossy(bytes);
    let mut text: String = decoded.trim().chars().filter(|c| !c.is_control()).collect();
    text.truncate(text.floor_char_boundary(LONGEST));
    (!text.is_empty()).then_some(text)
}

fn taken_at(main: &Directory<'_>, detail: Option<&Directory<'_>>) -> Option<String> {
    let original = detail
        .and_then(|detail| detail.get(tag::DATE_TIME_ORIGINAL))
        .and_then(date_time);
    let (time, offset_tag) = match original {
        Some(time) => (time, tag::OFFSET_TIME_ORIGINAL),
        None => (
            main.get(tag::DATE_TIME).and_then(date_time)?,
            tag::OFFSET_TIME,
        ),
    };
    let offset = detail
        .and_then(|detail| detail.get(offset_tag))
        .and_then(offset);
    Some(time + &offset.unwrap_or_default())
}

/// `2026:05:04 03:02:01` as `2026-05-04T03:02:01`; `None` for blanks and dates that are none.
fn date_time(value: Value<'_>) -> Option<String> {
    let bytes = value.ascii()?.first_chunk::<19>()?;
    let [year, month, day, hour, minute, second] = [
        &bytes[..4],
        &bytes[5..7],
        &bytes[8..10],
        &bytes[11..13],
        &bytes[14..16],
        &bytes[17..],
    ]
    .map(number);
    let (year, month, day) = (year?, month?, day?);
    let (hour, minute, second) = (hour?, minute?, second?);
    let is_date = year > 0 && (1..=12).contains(&month) && (1..=31).contains(&day);
    let is_time = hour < 24 && minute < 60 && second <= 60;
    (is_date && is_time)
        .then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
}

/// `+02:00` or `-09:30`.
fn offset(value: Value<'_>) -> Option<String> {
    let bytes = value.ascii()?.first_chunk::<6>()?;
    let (hours, minutes) = (number(&bytes[1..3])?, number(&bytes[4..])?);
    let is_offset =
        matches!(bytes[0], b'+' | b'-') && bytes[3] == b':' && hours < 24 && minutes < 60;
    is_offset.then(|| format!("{}{hours:02}:{minutes:02}", char::from(bytes[0])))
}

/// Decimal digits only: `parse` alone would take a sign.
fn number(digits: &[u8]) -> Option<u32> {
    let all_digits = digits.iter().all(u8::is_ascii_digit);
    all_digits.then(|| std::str::from_utf8(digits).ok()?.parse().ok())?
}

fn location(gps: &Directory<'_>) -> Option<Location> {
    let latitude = degrees(gps, tag::LATITUDE, tag::LATITUDE_REF, b'S')?;
    let longitude = degrees(gps, tag::LONGITUDE, tag::LONGITUDE_REF, b'W')?;
    let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    on_earth.then_some(Location {
        latitude,
        longitude,
    })
}

/// Degrees, minutes and seconds; negative where the reference letter says so.
fn degrees(gps: &Directory<'_>, tag: u16, reference: u16, negative: u8) -> Option<f64> {
    let [degrees, minutes, seconds] = gps.get(tag)?.three_rationals()?;
    // A camera that has no seconds may write them as 0/0.
    let seconds = if seconds.is_nan() { 0.0 } else { seconds };
    let angle = degrees + minutes / 60.0 + seconds / 3600.0;
    let letter = gps.get(reference)?.ascii()?.first()?.to_ascii_uppercase();
    Some(if letter == negative { -angle } else { angle })
}

#[cfg(test)]
mod tests {
    use exif::experimental::Writer;
    use exif::{Field, In, Rational, Tag};

    use super::*;

    fn ascii(tag: Tag, text: &str) -> Field {
        Field {
            tag,
            ifd_num: In::PRIMARY,
            value: exif::Value::Ascii(vec![text.as_bytes().to_vec()]),
        }
    }

    fn angle(tag: Tag, parts: [(u32, u32); 3]) -> Field {
        let value =
            exif::Value::Rational(parts.map(|(num, denom)| Rational { num, denom }).to_vec());
        Field {
            tag,
            ifd_num: In::PRIMARY,
            value,
        }
    }

    fn block(fields: &[Field], little_endian: bool) -> Vec<u8> {
        let mut writer = Writer::new();
        fields.iter().for_each(|field| writer.push_field(field));
        let mut file = std::io::Cursor::new(Vec::new());
        writer.write(&mut file, little_endian).unwrap();
        file.into_inner()
    }

    fn camera(fields: &[Field]) -> Option<Exif> {
        read(&block(fields, false)).unwrap().camera
    }

    #[test]
    fn everything_a_camera_writes() {
        let fields = [
            ascii(Tag::Make, "Example\0"),
            ascii(Tag::Model, "  Model 1 "),
            Field {
                tag: Tag::Orientation,
                ifd_num: In::PRIMARY,
                value: exif::Value::Short(vec![6]),
            },
            ascii(Tag::DateTime, "2026:01:01 00:00:00"),
            ascii(Tag::DateTimeOriginal, "2025:12:31 23:59:58"),
            ascii(Tag::OffsetTimeOriginal, "+05:30"),
            ascii(Tag::LensModel, "50mm f/1.8"),
            ascii(Tag::GPSLatitudeRef, "S"),
            angle(Tag::GPSLatitude, [(33, 1), (51, 1), (36, 1)]),
            ascii(Tag::GPSLongitudeRef, "E"),
            angle(Tag::GPSLongitude, [(151, 1), (1200, 100), (0, 0)]),
        ];
        for little_endian in [false, true] {
            let found = read(&block(&fields, little_endian)).unwrap();
            assert_eq!(found.orientation, Orientation::Rotated90);
            let exif = found.camera.unwrap();
            assert_eq!(exif.camera_make.as_deref(), Some("Example"));
            assert_eq!(exif.camera_model.as_deref(), Some("Model 1"));
            assert_eq!(exif.lens.as_deref(), Some("50mm f/1.8"));
            assert_eq!(exif.taken_at.as_deref(), Some("2025-12-31T23:59:58+05:30"));
            let place = exif.location.unwrap();
            assert!((place.latitude + 33.86).abs() < 1e-9, "{place:?}");
            assert!((place.longitude - 151.2).abs() < 1e-9, "{place:?}");
        }
    }

    #[test]
    fn the_time_of_change_stands_in_for_the_time_of_taking() {
        let fields = [
            ascii(Tag::DateTime, "2026:01:02 03:04:05"),
            ascii(Tag::OffsetTime, "-03:00"),
        ];
        assert_eq!(
            camera(&fields).unwrap().taken_at.as_deref(),
            Some("2026-01-02T03:04:05-03:00")
        );
    }

    #[test]
    fn blanks_and_nonsense_are_left_out() {
        let fields = [
            ascii(Tag::Make, " \0"),
            ascii(Tag::DateTime, "    :  :     :  :  "),
            ascii(Tag::DateTimeOriginal, "0000:00:00 00:00:00"),
            ascii(Tag::GPSLatitudeRef, "N"),
            angle(Tag::GPSLatitude, [(400, 1), (0, 1), (0, 1)]),
            ascii(Tag::GPSLongitudeRef, "E"),
            angle(Tag::GPSLongitude, [(1, 0), (0, 1), (0, 1)]),
        ];
        assert_eq!(camera(&fields), None);
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        let fields = [
            ascii(Tag::Model, &"é".repeat(200)),
            ascii(Tag::Make, &format!("x{}", "é".repeat(200))),
        ];
        let exif = camera(&fields).unwrap();
        assert_eq!(exif.camera_model.unwrap().len(), 256);
        assert_eq!(exif.camera_make.unwrap().len(), 255);
    }

    #[test]
    fn a_cut_block_is_read_as_far_as_it_goes() {
        let whole = block(
            &[
                ascii(Tag::Make, "Example of a maker"),
                ascii(Tag::DateTimeOriginal, "2025:12:31 23:59:58"),
            ],
            true,
        );
        for length in 0..whole.len() {
            let _ = read(&whole[..length]);
        }
        assert!(read(&whole).unwrap().camera.is_some());
    }
}
