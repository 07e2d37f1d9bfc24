//! Facts of a picture: format, size, orientation, what the camera wrote. Plain data; reading them
//! out of bytes is `decode`'s work.

/// What a file is, told by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "format names; wit/types.wit says what is read of each"
)]
pub enum ImageFormat {
    Jpeg,
    Png,
    WebP,
    Gif,
    Bmp,
    Tiff,
    Ico,
    Pnm,
    Qoi,
    Tga,
    Heif,
    JpegXl,
    Avif,
}

impl ImageFormat {
    /// Every format, in the order of `wit/types.wit`.
    pub const ALL: [Self; 13] = [
        Self::Jpeg,
        Self::Png,
        Self::WebP,
        Self::Gif,
        Self::Bmp,
        Self::Tiff,
        Self::Ico,
        Self::Pnm,
        Self::Qoi,
        Self::Tga,
        Self::Heif,
        Self::JpegXl,
        Self::Avif,
    ];

    /// The format of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Read only with the feature `rare-codecs`: it takes much code, and is seldom met.
    pub fn is_rare(self) -> bool {
        matches!(self, Self::Heif | Self::JpegXl | Self::Avif | Self::Tiff)
    }

    /// The name people use: `JPEG`, `JPEG XL`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
            Self::Ico => "ICO",
            Self::Pnm => "PNM",
            Self::Qoi => "QOI",
            Self::Tga => "TGA",
            Self::Heif => "HEIF",
            Self::JpegXl => "JPEG XL",
            Self::Avif => "AVIF",
        }
    }

    /// The registered or usual media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
            Self::Bmp => "image/bmp",
            Self::Tiff => "image/tiff",
            Self::Ico => "image/vnd.microsoft.icon",
            Self::Pnm => "image/x-portable-anymap",
            Self::Qoi => "image/qoi",
            Self::Tga => "image/x-tga",
            Self::Heif => "image/heif",
            Self::JpegXl => "image/jxl",
            Self::Avif => "image/avif",
        }
    }
}

/// A size in pixels; both sides at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dimensions {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

impl Dimensions {
    /// With rows for columns.
    pub fn turned(self) -> Self {
        Self {
            width: self.height,
            height: self.width,
        }
    }
}

/// What has to be done to the stored pixels to see them upright; in the order of EXIF 1 to 8
/// (Exif 3.0, tag 0x0112).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Orientation {
    /// EXIF 1: nothing.
    #[default]
    Upright,
    /// EXIF 2: flip left and right.
    Mirrored,
    /// EXIF 3: turn by 180 degrees.
    Rotated180,
    /// EXIF 4: flip top and bottom.
    Flipped,
    /// EXIF 5: mirror along the main diagonal.
    Transposed,
    /// EXIF 6: turn clockwise by 90 degrees.
    Rotated90,
    /// EXIF 7: mirror along the other diagonal.
    Transversed,
    /// EXIF 8: turn clockwise by 270 degrees.
    Rotated270,
}

impl Orientation {
    /// All eight, in EXIF order.
    pub const ALL: [Self; 8] = [
        Self::Upright,
        Self::Mirrored,
        Self::Rotated180,
        Self::Flipped,
        Self::Transposed,
        Self::Rotated90,
        Self::Transversed,
        Self::Rotated270,
    ];

    /// All of them where mirrored and turned copies count, upright alone where they do not.
    pub fn counted(any: bool) -> &'static [Self] {
        const ALL: [Orientation; 8] = Orientation::ALL;
        if any { &ALL } else { &ALL[..1] }
    }

    /// The orientation of an EXIF value; anything outside 1 to 8 counts as upright, as readers do.
    pub fn from_exif(value: u32) -> Self {
        match value {
            1..=8 => Self::ALL[value as usize - 1],
            _ => Self::Upright,
        }
    }

    /// The EXIF value, 1 to 8.
    pub fn to_exif(self) -> u8 {
        self as u8 + 1
    }

    /// Width and height trade places.
    pub fn swaps_sides(self) -> bool {
        self.to_exif() >= 5
    }

    /// What undoes it.
    pub fn inverse(self) -> Self {
        match self {
            Self::Rotated90 => Self::Rotated270,
            Self::Rotated270 => Self::Rotated90,
            other => other,
        }
    }

    /// Where the cell at `x`, `y` of a square comes from in this orientation; `last` is the
    /// last column and row.
    pub(crate) fn source(self, x: usize, y: usize, last: usize) -> (usize, usize) {
        match self {
            Self::Upright => (x, y),
            Self::Mirrored => (last - x, y),
            Self::Rotated180 => (last - x, last - y),
            Self::Flipped => (x, last - y),
            Self::Transposed => (y, x),
            Self::Rotated90 => (y, last - x),
            Self::Transversed => (last - y, last - x),
            Self::Rotated270 => (last - y, x),
        }
    }

    /// The name in JSON: `upright`, `mirrored`, `rotated180` ...
    pub fn name(self) -> &'static str {
        match self {
            Self::Upright => "upright",
            Self::Mirrored => "mirrored",
            Self::Rotated180 => "rotated180",
            Self::Flipped => "flipped",
            Self::Transposed => "transposed",
            Self::Rotated90 => "rotated90",
            Self::Transversed => "transversed",
            Self::Rotated270 => "rotated270",
        }
    }
}

/// A place on earth in WGS 84 degrees: north and east are positive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Location {
    /// -90 to 90.
    pub latitude: f64,
    /// -180 to 180.
    pub longitude: f64,
}

/// What a camera wrote beside the picture; text is trimmed and at most 256 bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exif {
    /// Maker of the camera.
    pub camera_make: Option<String>,
    /// Model of the camera.
    pub camera_model: Option<String>,
    /// Model of the lens.
    pub lens: Option<String>,
    /// `YYYY-MM-DDThh:mm:ss`, with the offset where the camera recorded one.
    pub taken_at: Option<String>,
    /// Where the camera was.
    pub location: Option<Location>,
}

/// Facts of one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageInfo {
    /// What the file is.
    pub format: ImageFormat,
    /// The size after the orientation was applied.
    pub size: Dimensions,
    /// How the stored pixels lie.
    pub orientation: Orientation,
    /// Frames, pages, pictures or entries that the file announces; 1 for a still picture.
    pub frames: u32,
    /// Has an alpha channel or a transparent colour.
    pub has_alpha: bool,
    /// Has an ICC profile other than sRGB.
    pub has_colour_profile: bool,
    /// What the camera wrote.
    pub exif: Option<Exif>,
}
