//! A sender that keeps what it is given, and fails as it is told.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use vocab::Text;

use super::{AlertError, AlertSender, Letter};

/// Keeps messages instead of sending them.
#[derive(Default)]
pub struct FakeSender {
    sent: Mutex<Vec<Letter>>,
    fails: Mutex<VecDeque<AlertError>>,
}

impl FakeSender {
    /// The next message that is not told to fail yet fails so.
    pub fn fail(&self, error: AlertError) {
        let mut fails = self.fails.lock().unwrap_or_else(PoisonError::into_inner);
        fails.push_back(error);
    }

    /// The messages that were taken, the first first.
    pub fn sent(&self) -> Vec<Letter> {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.clone()
    }

    fn failure(&self) -> Option<AlertError> {
        let mut fails = self.fails.lock().unwrap_or_else(PoisonError::into_inner);
        fails.pop_front()
    }
}

#[async_trait]
impl AlertSender for FakeSender {
    async fn send(&self, letter: &Letter) -> Result<Text, AlertError> {
        if let Some(error) = self.failure() {
            return Err(error);
        }
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.push(letter.clone());
        Ok(Text::line("kept"))
    }

    async fn check(&self) -> Result<Text, AlertError> {
        self.failure().map_or_else(|| Ok(Text::line("fine")), Err)
    }
}
