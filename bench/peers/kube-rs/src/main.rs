// A store of all ConfigMaps, as the crate's own examples fill one. Says `synced` when it is full; for a line on its standard input it says what it
// holds, `uid resourceVersion` a line. Arguments: kubeconfig; `list`, `streaming` or `metadata` (streaming).
use std::{error::Error, fmt::Debug, hash::Hash, io::Write, pin::pin};

use futures::StreamExt;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::{
    Api, Client, Config, Resource, ResourceExt,
    config::{KubeConfigOptions, Kubeconfig},
    core::PartialObjectMeta,
    runtime::{WatchStreamExt, reflector, watcher},
};
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let kubeconfig = Kubeconfig::read_from(&arguments[1])?;
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
    let client = Client::try_from(config)?;
    let streaming = watcher::Config::default().streaming_lists();
    match arguments[2].as_str() {
        "list" => hold(watcher(Api::<ConfigMap>::all(client), watcher::Config::default())).await,
        "streaming" => hold(watcher(Api::<ConfigMap>::all(client), streaming)).await,
        "metadata" => hold(watcher(Api::<PartialObjectMeta<ConfigMap>>::all(client), streaming)).await,
        other => Err(format!("no such mode: {other}").into()),
    }
}

async fn hold<K>(
    events: impl futures::Stream<Item = watcher::Result<watcher::Event<K>>>,
) -> Result<(), Box<dyn Error>>
where
    K: Resource + Clone + Debug + 'static,
    K::DynamicType: Default + Eq + Hash + Clone,
{
    let (reader, writer) = reflector::store();
    let mut stream = pin!(events.default_backoff().reflect(writer));
    loop {
        match stream.next().await {
            Some(Ok(watcher::Event::InitDone)) => break,
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error.into()),
            None => return Err("the watch is over".into()),
        }
    }
    println!("synced");
    BufReader::new(stdin()).read_line(&mut String::new()).await?;
    let mut out = std::io::stdout().lock();
    for object in reader.state() {
        let version = object.resource_version().unwrap_or_default();
        writeln!(out, "{} {version}", object.uid().unwrap_or_default())?;
    }
    out.flush()?;
    Ok(())
}
