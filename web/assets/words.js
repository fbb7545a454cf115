// Texts of one language, with amounts, dates and plurals as its readers write them.

export const LANGUAGES = {
  en: "English",
  fr: "Français",
  de: "Deutsch",
  it: "Italiano",
  es: "Español",
  pt: "Português",
  nl: "Nederlands",
};

// A bare "$" says too little to readers of several countries.
const DOLLARS = { AUD: "A$", CAD: "CA$", NZD: "NZ$", USD: "US$" };

/** The language of ours that a tag asks for: "fr-CA" gives "fr". */
export function closest(tag) {
  const primary = (tag ?? "").split("-")[0].toLowerCase();
  return primary in LANGUAGES ? primary : null;
}

/** What the address asks for, or what was chosen before, or the fallback's, or the browser's. */
export function languageOf(asked, chosen, fallback) {
  const wishes = [asked, chosen, fallback, ...navigator.languages];
  return wishes.map(closest).find((found) => found) ?? "en";
}

/** The words of a language. Throws where its texts can't be fetched. */
export async function wordsOf(language) {
  const answer = await fetch(`/assets/texts/${language}.json`);
  if (!answer.ok) throw new Error(`no texts of ${language}`);
  return new Words(language, await answer.json());
}

class Words {
  constructor(language, texts) {
    this.language = language;
    this.texts = texts;
    const own = navigator.languages.find((tag) => closest(tag) === language);
    this.locale = own ?? (language === "pt" ? "pt-BR" : language);
  }

  /** The text with its placeholders filled. */
  say(key, values = {}) {
    const text = this.texts[key];
    if (text === undefined) throw new Error(`no text ${key}`);
    return text.replaceAll(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  }

  /** One of `<key>.one` and `<key>.other`, as the language counts. */
  count(key, count) {
    const form = new Intl.PluralRules(this.locale).select(count);
    const shown = new Intl.NumberFormat(this.locale).format(count);
    const exists = `${key}.${form}` in this.texts;
    return this.say(`${key}.${exists ? form : "other"}`, { count: shown });
  }

  amount({ amount_minor: minor, currency }) {
    const format = new Intl.NumberFormat(this.locale, { style: "currency", currency });
    const digits = format.resolvedOptions().maximumFractionDigits;
    const parts = format.formatToParts(minor / 10 ** digits);
    return parts
      .map(({ type, value }) =>
        type === "currency" && value === "$" ? (DOLLARS[currency] ?? value) : value,
      )
      .join("");
  }

  list(items) {
    return new Intl.ListFormat(this.locale, { type: "disjunction" }).format(items);
  }

  /** A moment with its time zone named. */
  moment(instant, timeZone) {
    const format = this.#dates(timeZone);
    return this.#zoned(format.format(new Date(instant)), instant, timeZone);
  }

  /** A day with its times, or two moments, with their time zone named. */
  period(start, end, timeZone) {
    const format = this.#dates(timeZone);
    return this.#zoned(format.formatRange(new Date(start), new Date(end)), start, timeZone);
  }

  day(instant, timeZone) {
    const options = { dateStyle: "long", timeZone };
    return new Intl.DateTimeFormat(this.locale, options).format(new Date(instant));
  }

  /** The reader's own time, for what lasts minutes. */
  time(instant) {
    return new Intl.DateTimeFormat(this.locale, { timeStyle: "short" }).format(instant);
  }

  #dates(timeZone) {
    const options = { dateStyle: "full", timeStyle: "short", timeZone };
    return new Intl.DateTimeFormat(this.locale, options);
  }

  #zoned(moment, instant, timeZone) {
    const options = { timeZone, timeZoneName: "long" };
    const parts = new Intl.DateTimeFormat(this.locale, options).formatToParts(new Date(instant));
    const name = parts.find((part) => part.type === "timeZoneName").value;
    const place = timeZone.includes("/") && !timeZone.startsWith("Etc/");
    const city = timeZone.split("/").at(-1).replaceAll("_", " ");
    return this.say("page.moment", { moment, zone: place ? `${name}, ${city}` : name });
  }
}

/** The reader's time zone where its clocks show something else than the given one's. */
export function otherZone(instant, timeZone) {
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const shown = (zone) =>
    new Date(instant).toLocaleString("en", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  return shown(own) === shown(timeZone) ? null : own;
}
