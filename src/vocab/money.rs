//! Money: a decimal amount with its currency. Never a float, and never two currencies in one sum.

use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::Text;

/// A currency by its code of three capitals (ISO 4217).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// Currencies without a smaller unit, as Stripe counts them (<https://docs.stripe.com/currencies#zero-decimal>).
const WITHOUT_CENTS: [&str; 15] = [
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
    "XOF", "XPF",
];

/// Currencies of a thousand smaller units (<https://docs.stripe.com/currencies#three-decimal>).
const WITH_THOUSANDTHS: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];

impl Currency {
    /// The euro.
    pub const EUR: Self = Self(*b"EUR");
    /// The dollar of the United States.
    pub const USD: Self = Self(*b"USD");

    /// Parses three letters of either case; Stripe writes them small.
    pub fn new(text: &str) -> Result<Self, MoneyError> {
        match text.as_bytes() {
            code @ &[a, b, c] if code.iter().all(u8::is_ascii_alphabetic) => {
                Ok(Self([a, b, c].map(|letter| letter.to_ascii_uppercase())))
            }
            _ => Err(MoneyError::Currency(Text::line(text))),
        }
    }

    /// The code in capitals.
    pub fn code(&self) -> &str {
        // Only ASCII letters ever get in.
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Decimals behind the point: 2 for cents, 0 for currencies such as the yen, 3 for those such as the dinar.
    pub fn decimals(self) -> u32 {
        if WITHOUT_CENTS.contains(&self.code()) {
            0
        } else if WITH_THOUSANDTHS.contains(&self.code()) {
            3
        } else {
            2
        }
    }

    /// What stands before an amount.
    const fn sign(self) -> Option<&'static str> {
        match &self.0 {
            b"USD" => Some("$"),
            b"EUR" => Some("€"),
            b"GBP" => Some("£"),
            _ => None,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        Self::new(text)
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Why a sum could not be made or a text is no money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MoneyError {
    /// The text is no code of a currency.
    Currency(Text),
    /// The text is no amount with a currency.
    Amount(Text),
    /// The amounts are of two currencies.
    Mixed(Currency, Currency),
    /// The result has more digits than a decimal holds (28).
    TooLarge,
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Currency(text) => write!(
                f,
                "\"{text}\" is no currency: write its three letters, such as USD or EUR"
            ),
            Self::Amount(text) => write!(
                f,
                "\"{text}\" is no amount of money: write it with its currency, such as \"15.00 USD\""
            ),
            Self::Mixed(one, other) => write!(
                f,
                "{one} and {other} make no sum; exchange one of them first"
            ),
            Self::TooLarge => f.write_str("the amount is too large to reckon with"),
        }
    }
}

impl std::error::Error for MoneyError {}

/// An amount in a currency. It keeps every digit until it is shown or [`rounded`](Self::rounded), so that a sum of many
/// small parts is right to the cent. Shown as `$15.00`, `-$0.74`, `€10.00`, `CHF 3.10`; stored and sent as `15.00 USD`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// How much, in whole units of the currency (dollars, not cents).
    pub amount: Decimal,
    /// Of what.
    pub currency: Currency,
}

impl Money {
    /// An amount of a currency.
    pub const fn new(amount: Decimal, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// Nothing, in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(Decimal::ZERO, currency)
    }

    /// From the smallest units of the currency, as Stripe counts: 1500 is `$15.00`, and `JPY 1500`.
    pub fn from_smallest(count: i64, currency: Currency) -> Self {
        Self::new(Decimal::new(count, currency.decimals()), currency)
    }

    /// In the smallest units, rounded half to even; `None` past 64 bits.
    pub fn smallest(self) -> Option<i64> {
        let units = self.rounded().amount;
        let count = units.checked_mul(Decimal::from(10_u64.pow(self.currency.decimals())))?;
        i64::try_from(count).ok()
    }

    /// The sum; fails on two currencies and past 28 digits.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        self.with(self.amount.checked_add(other.amount))
    }

    /// The difference; fails on two currencies and past 28 digits.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        self.with(self.amount.checked_sub(other.amount))
    }

    /// So many times as much; fails past 28 digits.
    pub fn checked_mul(self, factor: Decimal) -> Result<Self, MoneyError> {
        self.with(self.amount.checked_mul(factor))
    }

    /// So many hundredths of it; fails past 28 digits.
    pub fn percent(self, percent: Decimal) -> Result<Self, MoneyError> {
        self.checked_mul(percent)?.checked_mul(Decimal::new(1, 2))
    }

    /// The sum of many, zero of none; fails on a currency other than `currency`.
    pub fn sum(
        amounts: impl IntoIterator<Item = Self>,
        currency: Currency,
    ) -> Result<Self, MoneyError> {
        amounts
            .into_iter()
            .try_fold(Self::zero(currency), Self::checked_add)
    }

    /// To the currency's smallest unit, half to even: `0.735` and `0.745` both become `0.74`.
    #[must_use]
    pub fn rounded(self) -> Self {
        let decimals = self.currency.decimals();
        let amount = self
            .amount
            .round_dp_with_strategy(decimals, RoundingStrategy::MidpointNearestEven);
        // Zero has no sign: nothing owed is not "minus nothing".
        Self::new(
            if amount.is_zero() {
                Decimal::ZERO
            } else {
                amount
            },
            self.currency,
        )
    }

    /// In so many parts of whole smallest units that differ by at most one and make the [`rounded`](Self::rounded) whole
    /// again; the first ones are the greater. `None` of no parts and past 64 bits.
    pub fn split(self, parts: usize) -> Option<Vec<Self>> {
        let whole = self.smallest()?;
        let count = i64::try_from(parts).ok().filter(|count| *count > 0)?;
        let (each, left) = (whole.div_euclid(count), whole.rem_euclid(count));
        let part = |index| Self::from_smallest(each + i64::from(index < left), self.currency);
        Some((0..count).map(part).collect())
    }

    /// Whether it is less than nothing.
    pub fn is_negative(self) -> bool {
        self.amount < Decimal::ZERO
    }

    fn same(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::Mixed(self.currency, other.currency))
        }
    }

    fn with(self, amount: Option<Decimal>) -> Result<Self, MoneyError> {
        amount
            .map(|amount| Self::new(amount, self.currency))
            .ok_or(MoneyError::TooLarge)
    }
}

impl Money {
    /// As a person writes it: `500` of the currency given, `500.50 EUR`, `$500`, `€500`; never less than nothing.
    pub fn said(text: &str, currency: Currency) -> Result<Self, String> {
        let said = text.trim().replace(',', "");
        let wrong = || {
            format!(
                "\"{}\" is no amount: write 500, \"500 EUR\" or $500",
                Text::line(text)
            )
        };
        let plain = |digits: &str, currency| {
            Decimal::from_str_exact(digits)
                .ok()
                .filter(|amount| *amount >= Decimal::ZERO)
                .map(|amount| Self::new(amount, currency))
                .ok_or_else(wrong)
        };
        if let Some(digits) = said.strip_prefix('$') {
            return plain(digits, Currency::USD);
        }
        if let Some(digits) = said.strip_prefix('€') {
            return plain(digits, Currency::EUR);
        }
        match said.split_once(' ') {
            Some((digits, code)) => {
                let currency = Currency::new(code).map_err(|error| error.to_string())?;
                plain(digits, currency)
            }
            None => plain(&said, currency),
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = self.rounded().amount;
        let sign = if amount < Decimal::ZERO { "-" } else { "" };
        let digits = amount.abs();
        let decimals = self.currency.decimals() as usize;
        f.pad(&match self.currency.sign() {
            Some(symbol) => format!("{sign}{symbol}{digits:.decimals$}"),
            None => format!("{} {sign}{digits:.decimals$}", self.currency),
        })
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

/// `15.00 USD`: digits, a point, digits, one space, three letters. No sign of a currency, no separators, no exponent.
impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let wrong = || MoneyError::Amount(Text::line(text));
        let (amount, currency) = text.split_once(' ').ok_or_else(wrong)?;
        let unsigned = amount.strip_prefix('-').unwrap_or(amount);
        let plain = unsigned.starts_with(|c: char| c.is_ascii_digit())
            && unsigned.ends_with(|c: char| c.is_ascii_digit())
            && unsigned.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if !plain {
            return Err(wrong());
        }
        let amount = Decimal::from_str_exact(amount).map_err(|_| wrong())?;
        Ok(Self::new(amount, Currency::new(currency)?))
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{} {}", self.amount, self.currency))
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn money(text: &str) -> Money {
        text.parse().expect(text)
    }

    #[test]
    fn shown_with_its_sign_or_code() {
        for (text, shown) in [
            ("15.00 USD", "$15.00"),
            ("10 eur", "€10.00"),
            ("3.1 CHF", "CHF 3.10"),
            ("-0.735 USD", "-$0.74"),
            ("-0.001 USD", "$0.00"),
            ("-2.5 CHF", "CHF -2.50"),
            ("1499.5 JPY", "JPY 1500"),
            ("1 KWD", "KWD 1.000"),
        ] {
            assert_eq!(money(text).to_string(), shown, "{text}");
        }
        assert_eq!(format!("{:>8}", money("15 USD")), "  $15.00");
    }

    #[test]
    fn halves_go_to_the_even_cent() {
        for (text, rounded) in [
            ("0.735 USD", 74),
            ("0.745 USD", 74),
            ("0.7451 USD", 75),
            ("-0.725 USD", -72),
        ] {
            assert_eq!(money(text).smallest(), Some(rounded), "{text}");
        }
        assert_eq!(Money::from_smallest(1500, Currency::USD), money("15 USD"));
        assert_eq!(money("1500 JPY").smallest(), Some(1500));
        assert_eq!(money("99999999999999999999 USD").smallest(), None);
        assert_eq!(money("1 USD").split(0), None);
    }

    #[test]
    fn two_currencies_make_no_sum() {
        let mixed = Err(MoneyError::Mixed(Currency::USD, Currency::EUR));
        assert_eq!(money("1 USD").checked_add(money("1 EUR")), mixed);
        assert_eq!(money("1 USD").checked_sub(money("1 EUR")), mixed);
        assert_eq!(
            Money::sum([money("1 USD"), money("1 EUR")], Currency::USD),
            mixed
        );
        let most = Money::new(Decimal::MAX, Currency::USD);
        assert_eq!(most.checked_add(most), Err(MoneyError::TooLarge));
        assert_eq!(
            most.percent(Decimal::ONE_HUNDRED),
            Err(MoneyError::TooLarge)
        );
        assert_eq!(
            money("15 USD").percent(Decimal::new(29, 1)),
            Ok(money("0.435 USD"))
        );
    }

    #[test]
    fn only_plain_amounts_are_read() {
        for text in [
            "",
            "15",
            "USD",
            "15.00USD",
            "$15.00",
            "15,00 USD",
            "1e3 USD",
            "1_000 USD",
            "+1 USD",
            ".5 USD",
            "5. USD",
            "15.00  USD",
            "15.00 DOLLAR",
            "15.00 U$D",
            "1.2.3 USD",
            "٣ USD",
            "NaN USD",
            "--1 USD",
            "99999999999999999999999999999999 USD",
        ] {
            assert!(text.parse::<Money>().is_err(), "{text:?}");
        }
        assert_eq!(
            "15 \x1b[2J".parse::<Money>().map_err(|e| e.to_string()),
            Err("\"\u{fffd}\" is no currency: write its three letters, such as USD or EUR".into())
        );
    }

    proptest! {
        #[test]
        fn parts_make_the_whole(cents in -1_000_000_i64..1_000_000, parts in 1_usize..40) {
            let whole = Money::from_smallest(cents, Currency::EUR);
            let split = whole.split(parts).expect("parts");
            prop_assert_eq!(split.len(), parts);
            prop_assert!(split[0].amount - split[parts - 1].amount <= Decimal::new(1, 2));
            prop_assert_eq!(Money::sum(split, Currency::EUR), Ok(whole));
        }

        #[test]
        fn what_is_written_is_read_back(units in any::<i64>(), scale in 0_u32..10, code in "[A-Z]{3}") {
            let currency = Currency::new(&code).expect("a code");
            let money = Money::new(Decimal::new(units, scale), currency);
            let written = serde_json::to_string(&money).expect("written");
            prop_assert_eq!(serde_json::from_str::<Money>(&written).expect("read"), money);
        }

        #[test]
        fn sums_are_exact(units in proptest::collection::vec(-1_000_000_i64..1_000_000, 0..50)) {
            let sum = Money::sum(units.iter().map(|unit| Money::from_smallest(*unit, Currency::USD)), Currency::USD);
            prop_assert_eq!(sum.ok().and_then(Money::smallest), Some(units.iter().sum::<i64>()));
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,40}", amount in "-?[0-9.]{0,40} [A-Za-z]{3}") {
            let _ = text.parse::<Money>();
            if let Ok(money) = amount.parse::<Money>() {
                let _ = (money.to_string(), money.smallest(), money.percent(Decimal::MAX));
            }
        }
    }
}
