//! Another type for the site's server: which file does which step.

use saga::{Facts, Look, Outcome, Undone};
use vocab::Text;
use world::GrowthStep;

use super::{cost, power, resize, standing};
use crate::work::Work;

pub(crate) async fn look(work: &Work, step: GrowthStep) -> Look {
    match step {
        GrowthStep::PowerOff => power::look(work, false).await,
        GrowthStep::Resize => resize::look(work).await,
        GrowthStep::PowerOn => power::look(work, true).await,
        // Doing it again is looking, or costs nothing.
        GrowthStep::Standing | GrowthStep::AllAnswer | GrowthStep::Cost => Look::Absent,
    }
}

pub(crate) async fn perform(work: &Work, step: GrowthStep, facts: &Facts) -> Outcome {
    match step {
        GrowthStep::Standing => standing::perform(work, facts).await,
        GrowthStep::PowerOff => power::perform(work, false).await,
        GrowthStep::Resize => resize::perform(work).await,
        GrowthStep::PowerOn => power::perform(work, true).await,
        GrowthStep::AllAnswer => standing::all_answer(work, facts).await,
        GrowthStep::Cost => cost::perform(work).await,
    }
}

pub(crate) async fn undo(work: &Work, step: GrowthStep) -> Undone {
    match step {
        GrowthStep::PowerOff => power::undo(work).await,
        GrowthStep::Resize => resize::undo(work).await,
        GrowthStep::Cost => cost::undo(work).await,
        GrowthStep::Standing | GrowthStep::PowerOn | GrowthStep::AllAnswer => {
            Undone::Done(Text::line("nothing to take back"))
        }
    }
}
