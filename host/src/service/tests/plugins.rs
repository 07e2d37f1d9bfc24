//! Plugins beside the pipeline's algorithms: one index for all, in every process, and pictures in every orientation.

use tokio_util::sync::CancellationToken;

use super::*;
use crate::domain::{Algorithm, HasherInput, Orientation, Plan, PluginFile};
use crate::index::{IndexQuery, IndexedFingerprint};
use crate::sandbox::Input;
use crate::service::matching::KnownPluginFingerprint;
use crate::service::plugins::orientations::Orientable;
use crate::service::plugins::{Condition, PluginPicture, Plugins, follow};

const HASHER: &str = include_str!("../../../../tests/tests/system/plugins/hasher.wat");

/// The services with a plugin that is called `test`.
async fn with_plugin(world: &World) -> Services {
    let file = world.data().join("hasher.wat");
    std::fs::write(&file, HASHER).unwrap();
    let plugin = PluginFile {
        name: "test".parse().unwrap(),
        file,
    };
    let Services { store, sandbox, .. } = &world.services;
    let plugins = Plugins::start(&[plugin], store, sandbox).await.unwrap();
    Services {
        plugins: Arc::new(plugins),
        ..world.services.clone()
    }
}

/// How many images are near what the plugin says of an image, in the index of these services.
async fn near(services: &Services, image: &str) -> usize {
    let image = crate::service::images::get(services, &PROJECT, image).await;
    let made = image.unwrap().plugin_fingerprints.remove(0);
    let index = services.index.current(&services.store).await.unwrap();
    let hits = index.search(&IndexQuery {
        project: Some(&PROJECT),
        fingerprint: IndexedFingerprint::by_plugin(&made).unwrap(),
        radius: 12,
        limit: 9,
    });
    hits.len()
}

#[tokio::test]
async fn a_backfill_reaches_the_index_of_every_process() {
    let world = World::new().await;
    let there = services_over(world.data()).await;
    world.give("a.png", &png(1)).await;
    world.give("copy.jpg", &copy_of(1)).await;
    let here = with_plugin(&world).await;
    let stop = CancellationToken::new();
    let plugin = Arc::clone(here.plugins.all().next().unwrap());
    let background = tokio::spawn(follow(here.clone(), plugin, stop.clone()));
    while here.plugins.states()[0].condition != Condition::Ready {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(near(&there, "a.png").await, 2);
    let upload = world.upload(Some("again.png"), &png(1)).await;
    ingest(&here, upload).await.unwrap();
    assert_eq!(near(&there, "a.png").await, 3);
    let late = services_over(world.data()).await;
    assert_eq!(near(&late, "a.png").await, 3);
    late.index.save(&late.store).await;
    let from_snapshot = services_over(world.data()).await;
    assert_eq!(near(&from_snapshot, "a.png").await, 3);
    crate::service::plugins::remove(&here, "test")
        .await
        .unwrap();
    stop.cancel();
    background.await.unwrap();
    let left = crate::service::images::get(&there, &PROJECT, "a.png").await;
    assert_eq!(left.unwrap().plugin_fingerprints, []);
}

#[tokio::test]
async fn what_a_plugin_finds_comes_behind_what_is_verified() {
    let world = World::new().await;
    let services = with_plugin(&world).await;
    for (name, seed) in [("a.png", 1), ("other.png", 2)] {
        let upload = world.upload(Some(name), &png(seed)).await;
        ingest(&services, upload).await.unwrap();
    }
    let other = crate::service::images::get(&services, &PROJECT, "other.png").await;
    let made = other.unwrap().plugin_fingerprints.remove(0);
    let plan = Plan {
        algorithms: Algorithm::ALL.into(),
        ..Plan::default()
    };
    let copy = Input::Bytes(copy_of(1).into());
    let outcome = services.sandbox.process(copy, plan).await.unwrap();
    let known = KnownPicture {
        fingerprints: outcome.fingerprints,
        by_plugins: vec![KnownPluginFingerprint {
            plugin: "test".parse().unwrap(),
            version: None,
            bits: made.bits.unwrap(),
        }],
        sketch: outcome.sketch,
        sha256: None,
    };
    let found = check(&services, Some(&PROJECT), known, VERIFIED).await;
    let found = found.unwrap().near;
    let told = found.iter().map(|found| {
        let is_duplicate = found.judgement.verdict.is_duplicate();
        (
            found.image.name.as_str(),
            &*found.algorithm.name,
            is_duplicate,
        )
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [("a.png", "phash", true), ("other.png", "test", false)]
    );
}

#[tokio::test]
async fn pictures_are_turned_as_their_planes_are() {
    let world = World::new().await;
    let services = &world.services;
    let file = Input::Bytes(encode(&picture(5, 320, 200), Format::Png).into());
    let picture = PluginPicture::new(file, None);
    let planes = Orientable::new(services, &picture, HasherInput::LumaPlane).await;
    let files = Orientable::new(services, &picture, HasherInput::Bytes).await;
    let (planes, files) = (planes.unwrap(), files.unwrap());
    for orientation in Orientation::ALL {
        let Input::Bytes(plane) = planes.oriented(services, orientation).await.unwrap() else {
            panic!("no plane")
        };
        let file = files.oriented(services, orientation).await.unwrap();
        let other = services.sandbox.luma_plane(file).await.unwrap();
        let differences = plane.iter().zip(&*other).map(|(a, b)| a.abs_diff(*b));
        let most = differences.max().unwrap();
        assert!(most < 24, "{orientation:?}: {most}");
    }
}
