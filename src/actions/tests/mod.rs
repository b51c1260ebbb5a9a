//! What the actions promise, on a simulated engine and a simulated host whose every changing call is recorded;
//! [`real`] leads one container through its verbs on a real engine where there is one.

mod cancelling;
mod execution;
mod fleet;
mod journalling;
mod journals;
mod nodes;
mod plans;
mod pruning;
mod random;
mod real;
mod recorder;
mod refusals;
