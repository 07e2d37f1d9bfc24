//! What things cost, printed for the curious: `cargo test -p vismatch store::tests::speed -- --ignored --nocapture`.

use std::time::Instant;

use super::*;
use crate::store::manifest::ManifestEntry;
use crate::store::manifest_writing::Edit;

const IMAGES: usize = 10_000;

/// A store of 10,000 images without files, made of a manifest as `rebuild` makes it.
async fn filled(folder: &Folder) -> Store {
    let store = folder.open().await;
    let first = upload(&store, "p", "first.jpg", b"first", NameClash::Reject)
        .await
        .unwrap();
    let (row, _) = store
        .row(&first.image.project, first.image.id)
        .await
        .unwrap()
        .unwrap();
    drop(store);
    let entry = serde_json::to_value(ManifestEntry::new(&row).unwrap()).unwrap();
    let mut images = Vec::with_capacity(IMAGES);
    for n in 0..IMAGES {
        let mut entry = entry.clone();
        entry["id"] = ImageId::generate().to_string().into();
        entry["name"] = format!("{n}.jpg").into();
        fs::write(folder.given("p", &format!("{n}.jpg")), "").unwrap();
        images.push(entry);
    }
    let meta = serde_json::json!({"project_id": "p", "primary_image_id": null, "images": images});
    let path = folder.path().join("projects/p/meta.json");
    fs::write(path, serde_json::to_vec(&meta).unwrap()).unwrap();
    let start = Instant::now();
    let rebuilt = Store::rebuild(folder.path(), &|_, _| {}).await.unwrap();
    assert_eq!(rebuilt, IMAGES as u64);
    println!("rebuild of {IMAGES} images: {:?}", start.elapsed());
    folder.open().await
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "prints figures and judges nothing"]
async fn ten_thousand_images() {
    let folder = Folder::new();
    drop(filled(&folder).await);
    let start = Instant::now();
    let store = folder.open().await;
    println!("open: {:?}", start.elapsed());
    for _ in 0..2 {
        let start = Instant::now();
        let mut images = 0;
        store
            .fingerprints(None, |_, _, _| images += 1)
            .await
            .unwrap();
        println!("fingerprints of {images} images: {:?}", start.elapsed());
    }
    let start = Instant::now();
    let images = store.images(&project("p"), None, None).await.unwrap();
    println!("list of {} images: {:?}", images.len(), start.elapsed());
    let start = Instant::now();
    store.last_change().await.unwrap();
    println!("last change: {:?}", start.elapsed());
    let path = folder.path().join("projects/p/meta.json");
    println!("manifest: {} bytes", fs::metadata(path).unwrap().len());
    insert_cost(&store, "p").await;
    insert_cost(&store, "empty").await;
    let start = Instant::now();
    store.write_manifest(&project("p")).await.unwrap();
    println!("manifest from the rows: {:?}", start.elapsed());
    let start = Instant::now();
    store.remove(&project("p"), images[5000].id).await.unwrap();
    println!("remove: {:?}", start.elapsed());
}

/// The steps of an insert one by one, as medians.
async fn insert_cost(store: &Store, owner: &str) {
    const STEPS: [&str; 7] = [
        "stage 1 MB",
        "renditions",
        "lock",
        "announce",
        "place",
        "commit",
        "manifest",
    ];
    let mut costs = STEPS.map(|_| Vec::new());
    for n in 0..21 {
        let bytes = vec![n; 1_000_000];
        let new = new_image(owner, &format!("new {owner} {n}"), &bytes);
        let mut times = vec![Instant::now()];
        let mut upload = store.stage().await.unwrap();
        for part in bytes.chunks(64 * 1024) {
            upload.write(part).await.unwrap();
        }
        let given = upload.finish().await.unwrap();
        times.push(Instant::now());
        let pieces = store.stage_upload(given, renditions(&bytes)).await.unwrap();
        times.push(Instant::now());
        let lock = store.lock(&new.project).await.unwrap();
        times.push(Instant::now());
        let intent = super::crash::insertion(&new);
        lock.write_intent(&intent, pieces.files).await.unwrap();
        times.push(Instant::now());
        lock.place(new.id, &new.name).await.unwrap();
        times.push(Instant::now());
        let made = store.commit_new(&new, pieces.stamp, false).await;
        let (row, project) = made.unwrap();
        times.push(Instant::now());
        lock.finish(&project, Edit::Append(&row)).await;
        times.push(Instant::now());
        for (cost, time) in costs.iter_mut().zip(times.windows(2)) {
            cost.push(time[1] - time[0]);
        }
    }
    for (step, cost) in STEPS.iter().zip(&mut costs) {
        cost.sort();
        println!("insert into {owner}, {step}: {:?}", cost[cost.len() / 2]);
    }
}
