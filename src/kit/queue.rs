//! A bounded queue between many producers and one consumer in which a newer sample replaces an older one of the
//! same kind, so that a slow consumer sees the present and memory stays bounded.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// What a queued item may be replaced by.
pub trait Coalesce {
    /// The kind of key.
    type Key: Eq + Hash;

    /// Items with the same key replace each other while queued; `None` is never replaced or dropped.
    fn key(&self) -> Option<Self::Key>;
}

struct State<T: Coalesce> {
    /// Sequence number of the first slot.
    base: u64,
    slots: VecDeque<T>,
    at: HashMap<T::Key, u64>,
    replaced: u64,
    senders: usize,
    receiver_gone: bool,
}

struct Shared<T: Coalesce> {
    state: Mutex<State<T>>,
    capacity: usize,
    filled: Notify,
    drained: Notify,
}

impl<T: Coalesce> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // The state is consistent after every statement under the lock, so a panic elsewhere spoils nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The producers' end; cheap to clone.
pub struct Sender<T: Coalesce>(Arc<Shared<T>>);

/// The consumer's end.
pub struct Receiver<T: Coalesce>(Arc<Shared<T>>);

/// A queue that holds at most `capacity` items.
pub fn channel<T: Coalesce>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let state = State {
        base: 0,
        slots: VecDeque::new(),
        at: HashMap::new(),
        replaced: 0,
        senders: 1,
        receiver_gone: false,
    };
    let shared = Arc::new(Shared {
        state: Mutex::new(state),
        capacity: capacity.max(1),
        filled: Notify::new(),
        drained: Notify::new(),
    });
    (Sender(shared.clone()), Receiver(shared))
}

impl<T: Coalesce> Sender<T> {
    /// Queues an item. One with a key takes the place of a queued one with the same key; else, when the queue is
    /// full, waits for room. Returns the item when the consumer is gone.
    pub async fn send(&self, item: T) -> Result<(), T> {
        let mut item = item;
        loop {
            let room = self.0.drained.notified();
            tokio::pin!(room);
            room.as_mut().enable();
            match self.try_send(item) {
                Ok(()) => return Ok(()),
                Err((back, true)) => return Err(back),
                Err((back, false)) => item = back,
            }
            room.await;
        }
    }

    /// Queues without waiting; hands the item back with whether the consumer is gone (else the queue is full).
    pub fn try_send(&self, item: T) -> Result<(), (T, bool)> {
        let mut state = self.0.lock();
        if state.receiver_gone {
            return Err((item, true));
        }
        let key = item.key();
        if let Some(sequence) = key.as_ref().and_then(|k| state.at.get(k).copied()) {
            let index = (sequence - state.base) as usize;
            if let Some(slot) = state.slots.get_mut(index) {
                *slot = item;
                state.replaced += 1;
                return Ok(());
            }
        }
        if state.slots.len() >= self.0.capacity {
            return Err((item, false));
        }
        let sequence = state.base + state.slots.len() as u64;
        if let Some(key) = key {
            state.at.insert(key, sequence);
        }
        state.slots.push_back(item);
        drop(state);
        self.0.filled.notify_one();
        Ok(())
    }
}

impl<T: Coalesce> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.0.lock().senders += 1;
        Self(self.0.clone())
    }
}

impl<T: Coalesce> Drop for Sender<T> {
    fn drop(&mut self) {
        self.0.lock().senders -= 1;
        self.0.filled.notify_one();
    }
}

impl<T: Coalesce> Receiver<T> {
    /// The next item; `None` when the queue is empty and every sender is gone.
    pub async fn recv(&mut self) -> Option<T> {
        loop {
            {
                let mut state = self.0.lock();
                if let Some(item) = state.pop() {
                    drop(state);
                    self.0.drained.notify_waiters();
                    return Some(item);
                }
                if state.senders == 0 {
                    return None;
                }
            }
            self.0.filled.notified().await;
        }
    }

    /// The next item if one is queued now.
    pub fn try_recv(&mut self) -> Option<T> {
        let item = self.0.lock().pop();
        if item.is_some() {
            self.0.drained.notify_waiters();
        }
        item
    }

    /// How many items have been replaced by newer ones before they were read.
    pub fn replaced(&self) -> u64 {
        self.0.lock().replaced
    }
}

impl<T: Coalesce> State<T> {
    fn pop(&mut self) -> Option<T> {
        let item = self.slots.pop_front()?;
        if let Some(key) = item.key() {
            self.at.remove(&key);
        }
        self.base += 1;
        Some(item)
    }
}

impl<T: Coalesce> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.0.lock().receiver_gone = true;
        self.0.drained.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Item(Option<u8>, u32);

    impl Coalesce for Item {
        type Key = u8;

        fn key(&self) -> Option<u8> {
            self.0
        }
    }

    #[tokio::test]
    async fn newest_replaces_oldest_of_its_kind() {
        let (sender, mut receiver) = channel(3);
        for item in [
            Item(Some(1), 1),
            Item(None, 2),
            Item(Some(1), 3),
            Item(Some(2), 4),
            Item(Some(1), 5),
        ] {
            assert_eq!(sender.send(item).await, Ok(()));
        }
        assert_eq!(
            sender.try_send(Item(None, 6)),
            Err((Item(None, 6), false)),
            "full"
        );
        assert_eq!(receiver.replaced(), 2);
        assert_eq!(receiver.recv().await, Some(Item(Some(1), 5)));
        assert_eq!(sender.try_send(Item(Some(1), 7)), Ok(()));
        drop(sender);
        assert_eq!(receiver.recv().await, Some(Item(None, 2)));
        assert_eq!(receiver.recv().await, Some(Item(Some(2), 4)));
        assert_eq!(receiver.recv().await, Some(Item(Some(1), 7)));
        assert_eq!(receiver.recv().await, None);
    }

    #[tokio::test]
    async fn a_full_queue_waits_and_a_dead_one_says_so() {
        let (sender, mut receiver) = channel(1);
        assert_eq!(sender.send(Item(None, 1)).await, Ok(()));
        let waiting = tokio::spawn({
            let sender = sender.clone();
            async move { sender.send(Item(None, 2)).await }
        });
        tokio::task::yield_now().await;
        assert_eq!(receiver.recv().await, Some(Item(None, 1)));
        assert_eq!(receiver.recv().await, Some(Item(None, 2)));
        assert!(matches!(waiting.await, Ok(Ok(()))));
        drop(receiver);
        assert_eq!(sender.send(Item(None, 3)).await, Err(Item(None, 3)));
    }
}
