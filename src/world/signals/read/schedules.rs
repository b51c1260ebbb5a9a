//! Figures of schedules: whether the last turn failed.

use vocab::rule::Figure;

use super::Readings;
use crate::schedule::{ScheduleState, TurnEnd};

pub(super) fn read(schedule: &ScheduleState, readings: &mut Readings) {
    let last = schedule.record.last.as_ref();
    if let Some(turn) =
        last.filter(|turn| matches!(turn.end, TurnEnd::Failed | TurnEnd::Interrupted))
    {
        readings
            .flag(Figure::ScheduleFailed)
            .since(turn.begun + turn.took)
            .words(turn.words.clone());
    }
}
