//! Carrying orders out: one task for each host, so that hosts do not wait for each other and one host's work stays in
//! order.

use std::collections::HashMap;

use tokio::sync::OnceCell;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{JoinHandle, JoinSet};

use super::Report;
use super::container::Containers;
use super::image::IMAGE;
use super::order::{Order, Work};

/// Keeps the hosts of one sandbox.
#[derive(Debug)]
pub struct Keeper {
    containers: Containers,
    keeping: JoinHandle<()>,
}

impl Keeper {
    /// Removes what dead sandboxes have left, and carries orders out from now on. `report` is told of each order's end.
    pub async fn start(
        containers: Containers,
        orders: UnboundedReceiver<Order>,
        report: Report,
    ) -> Self {
        Containers::remove_orphans().await;
        let keeping = tokio::spawn(keep(containers.clone(), orders, report));
        Self {
            containers,
            keeping,
        }
    }

    /// Ends all work and removes every host.
    pub async fn stop(self) {
        self.keeping.abort();
        // It may be in the middle of making one: only when it has ended can nothing come after.
        drop(self.keeping.await);
        self.containers.remove_all().await;
    }
}

async fn keep(containers: Containers, mut orders: UnboundedReceiver<Order>, report: Report) {
    let mut hosts: HashMap<u64, UnboundedSender<Order>> = HashMap::new();
    let mut tasks = JoinSet::new();
    while let Some(order) = orders.recv().await {
        while tasks.try_join_next().is_some() {}
        let (server, is_last) = (order.server, order.work == Work::Remove);
        let host = hosts.entry(server).or_insert_with(|| {
            let (host, orders) = unbounded_channel();
            tasks.spawn(keep_one(containers.clone(), orders, report.clone()));
            host
        });
        if host.send(order).is_err() {
            tracing::warn!(server, "an order came after its host was removed");
        }
        if is_last {
            hosts.remove(&server);
        }
    }
}

async fn keep_one(containers: Containers, mut orders: UnboundedReceiver<Order>, report: Report) {
    while let Some(Order {
        server,
        action,
        work,
    }) = orders.recv().await
    {
        let result = carry_out(&containers, server, work).await;
        if let Err(error) = &result {
            tracing::warn!(server, %error, "work on a host failed");
        }
        report(action, result);
    }
}

async fn carry_out(containers: &Containers, server: u64, work: Work) -> Result<(), String> {
    /// Made once in this process; a failure is tried again with the next host.
    static MADE: OnceCell<()> = OnceCell::const_new();
    match work {
        Work::Create(seed) => {
            MADE.get_or_try_init(|| IMAGE.ensure()).await?;
            containers.create(server, &seed).await
        }
        Work::Start => containers.start(server).await,
        Work::Stop => containers.stop(server).await,
        Work::Restart => {
            containers.stop(server).await?;
            containers.start(server).await
        }
        Work::Remove => containers.remove(server).await,
    }
}
