//! A plan as it is printed: what is touched, where, by which exact calls, and how hard it is to take back.

use vocab::Text;
use world::{Confirmation, Intent, Plan, Reversibility, SiteRequest};

use crate::error::Result;
use crate::print::{Stream, Tone, piece};

/// The most objects whose steps are printed in full; the others are named.
const IN_FULL: usize = 50;

/// Prints it.
pub(crate) fn print(plan: &Plan, stream: &mut Stream) -> Result<()> {
    let tone = match plan.reversibility {
        Reversibility::Reversible => Tone::Good,
        Reversibility::Disruptive => Tone::Warn,
        Reversibility::Irreversible => Tone::Bad,
    };
    let about = if plan.expected.0 > 0 {
        format!(", about {}", plan.expected)
    } else {
        String::new()
    };
    stream.line(&[
        (Tone::Strong, plan.title.clone()),
        piece(Tone::Plain, "  "),
        piece(tone, plan.reversibility.word()),
        piece(Tone::Dim, about),
    ])?;
    for (index, object) in plan.objects.iter().enumerate() {
        stream.line(&[
            piece(Tone::Plain, format!("  {}: {} ", object.node, object.kind)),
            (Tone::Strong, object.name.clone()),
            piece(
                Tone::Dim,
                if object.detail.is_empty() {
                    String::new()
                } else {
                    format!(" ({})", object.detail)
                },
            ),
        ])?;
        let steps = plan
            .steps
            .iter()
            .filter(|step| step.object == index)
            .filter(|_| index < IN_FULL);
        for step in steps {
            stream.line(&[
                piece(Tone::Plain, format!("    {}", step.title)),
                piece(Tone::Dim, format!(": {}", step.exact)),
            ])?;
        }
    }
    let order = if plan.one_by_one {
        "one after another, stopping at the first failure; "
    } else {
        ""
    };
    stream.say(
        Tone::Dim,
        format!("  afterwards: {order}{}", plan.verification),
    )?;
    if let Some(inverse) = &plan.inverse {
        stream.say(Tone::Dim, format!("  taken back by: {}", undo(inverse)))?;
    }
    plan.warnings.iter().try_for_each(|warning| {
        stream.line(&[
            piece(Tone::Warn, "  warning: "),
            (Tone::Plain, warning.clone()),
        ])
    })
}

/// The intent that takes a plan back, in a word; of a server, the whole command.
fn undo(intent: &Intent) -> String {
    if let Intent::SiteRequest(request) = intent
        && let SiteRequest::Grow {
            domain,
            to: Some(kind),
        } = &**request
    {
        return format!("wheelhouse site grow {domain} --to {kind}");
    }
    match intent {
        Intent::Containers { verb, .. } => format!("wheelhouse {}", verb.word()),
        other => format!("{other:?}")
            .split(['{', ' '])
            .next()
            .unwrap_or_default()
            .to_lowercase(),
    }
}

/// What a plan asks for, as one word and its value.
pub(super) fn asks_for(confirmation: &Confirmation) -> (&'static str, Option<Text>) {
    match confirmation {
        Confirmation::Grace(_) => ("grace", None),
        Confirmation::Letter(letter) => ("letter", Some(Text::line(letter.to_string()))),
        Confirmation::TypedName(name) => ("typed_name", Some(name.clone())),
    }
}
