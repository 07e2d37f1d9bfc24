//! `vismatch resize`: one rendition of one file.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::{ArgGroup, Args, value_parser};

use crate::app;
use crate::config::Config;
use crate::domain::{Dimensions, RenditionSize, RenditionSpec};

use super::flags::{SandboxFlags, cache};
use super::{files, logging, output};

const HELP: &str = "\
Examples:
  vismatch resize in.png --fit 1600x1600 -o out.jpg     as large as fits, never enlarged
  vismatch resize in.heic --cover 50x50 -o icon.jpg     exactly this size, cut around the centre

The result is an sRGB JPEG, upright, on white where it was transparent, without metadata. It is put in \
its place as a whole, over what was there; the input itself is never overwritten.";

/// Make a smaller JPEG of a picture
#[derive(Args)]
#[command(after_help = HELP, group = ArgGroup::new("size").required(true).args(["fit", "cover"]))]
pub struct ResizeArguments {
    /// The picture
    file: PathBuf,
    /// As large as fits within this box, never enlarged
    #[arg(long, value_name = "WxH", value_parser = dimensions)]
    fit: Option<Dimensions>,
    /// Exactly this size, cut evenly around the centre
    #[arg(long, value_name = "WxH", value_parser = dimensions)]
    cover: Option<Dimensions>,
    /// JPEG quality, 1 to 100 [default: 85]
    #[arg(long, value_name = "N", value_parser = value_parser!(u8).range(1..=100))]
    quality: Option<u8>,
    /// Where the JPEG goes; `.jpg` or `.jpeg`
    #[arg(short, long, value_name = "OUT", value_parser = jpeg_path)]
    output: PathBuf,
    #[command(flatten, next_help_heading = "Sandbox")]
    flags: SandboxFlags,
}

/// Renders, then writes.
pub async fn run(arguments: ResizeArguments, config: Option<&Path>) -> Result<ExitCode> {
    logging::of_command()?;
    let config = Config::load(config, &arguments.flags)?;
    let (file, output) = (&arguments.file, &arguments.output);
    let input = files::input(file, config.max_body)
        .with_context(|| format!("cannot read {}", file.display()))?;
    ensure!(
        !is_same(file, output),
        "{} is the input: choose another output",
        output.display()
    );
    let spec = RenditionSpec {
        size: arguments.size(),
        quality: arguments.quality.unwrap_or(config.quality),
    };
    let sandbox = app::sandbox(&config, cache()).await?;
    let renditions = sandbox.render(input, vec![spec]).await;
    let renditions = renditions.with_context(|| format!("cannot resize {}", file.display()))?;
    let rendition = renditions
        .first()
        .context("the component made no rendition")?;
    output::write_file(output, &rendition.jpeg)?;
    Ok(ExitCode::SUCCESS)
}

impl ResizeArguments {
    fn size(&self) -> RenditionSize {
        match (self.fit, self.cover) {
            (Some(size), _) => RenditionSize::Fit(size),
            (None, Some(size)) => RenditionSize::Cover(size),
            (None, None) => RenditionSize::Original,
        }
    }
}

/// Both lead to one file, by whatever names and links.
fn is_same(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

fn dimensions(text: &str) -> Result<Dimensions, String> {
    let side = |text: &str| text.parse::<u32>().ok().filter(|&side| side > 0);
    let sides = text.split_once(['x', 'X']);
    match sides.map(|(width, height)| (side(width), side(height))) {
        Some((Some(width), Some(height))) => Ok(Dimensions { width, height }),
        _ => Err("not a size such as 800x600".into()),
    }
}

fn jpeg_path(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let extension = path.extension().unwrap_or_default();
    match ["jpg", "jpeg"]
        .iter()
        .any(|jpeg| extension.eq_ignore_ascii_case(jpeg))
    {
        true => Ok(path),
        false => Err("the result is a JPEG: the name must end in .jpg or .jpeg".into()),
    }
}
