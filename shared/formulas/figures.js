/**
 * Figures as people type them and as they are shown; the rules and the words are those of
 * shared/domain/figures.py.
 */

import { absolute, exact } from "./rationals.js";

const MAX_INTEGER_DIGITS = 18;
const MAX_SHOWN_CHARACTERS = 40;

const PLAIN = /^([0-9]+)(?:([.,])([0-9]+))?$/;
const GROUPED = [
  /^([0-9]{1,3}(?:\.[0-9]{3})+)(?:,([0-9]+))?$/,
  /^([0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?$/,
  /^([0-9]{1,3}(?: [0-9]{3})+)(?:[.,]([0-9]+))?$/,
];

/** What was typed, as {value} or as {code, detail}; `column` has type and decimals. */
export function parseFigure(raw, column) {
  const text = raw.replace(/[\u00a0\u202f\u2009]/g, " ").replace(/\u2212/g, "-").trim();
  const sign = text.startsWith("-") ? "-" : "";
  const parts = splitNumber(text, text.slice(sign.length), column);
  if (parts.code) return parts;
  const whole = parts.whole.replace(/^0+/, "");
  if (whole.length > MAX_INTEGER_DIGITS) return tooLarge();
  const fraction = parts.fraction.replace(/0+$/, "");
  const value = exact(`${sign}${whole || "0"}${fraction && `.${fraction}`}`);
  return fitting(value, { ...column, places: fraction.length });
}

export function isBlank(raw) {
  return raw === null || raw === undefined || raw.trim() === "";
}

function splitNumber(text, digits, { decimals }) {
  const plain = PLAIN.exec(digits);
  if (plain) {
    const [, whole, mark = "", fraction = ""] = plain;
    const ambiguous = isAmbiguous({ whole, mark, fraction, decimals });
    return ambiguous ? ambiguousText(text, whole, fraction) : { whole, fraction };
  }
  for (const pattern of GROUPED) {
    const found = pattern.exec(digits);
    if (found) return { whole: found[1].replace(/[., ]/g, ""), fraction: found[2] ?? "" };
  }
  return notANumber(text);
}

function isAmbiguous({ whole, mark, fraction, decimals }) {
  if (fraction.length !== 3 || whole.length > 3 || whole.startsWith("0")) return false;
  return mark === "." || decimals < 3;
}

function fitting(value, { type, decimals, places }) {
  const shown = vietnameseFigure(value, places);
  if (type === "count" && value.n < 0n) return negativeCount(shown);
  if (type === "count" && places) return notAnInteger(printable(shown));
  if (places > decimals) return tooManyDecimals(printable(shown), decimals);
  return { value };
}

function ambiguousText(text, whole, fraction) {
  const signed = text.startsWith("-") ? `-${whole}` : whole;
  return {
    code: "ambiguous_text",
    detail:
      `“${text}” có hai cách đọc: ${signed},${fraction} (số thập phân) hoặc ` +
      `${signed} ${fraction} (số nguyên). Nếu là số nguyên, hãy nhập ${signed}${fraction}.`,
  };
}

function notANumber(text) {
  const detail = `“${printable(text)}” không phải là số. Hãy nhập số, ví dụ 1234 hoặc 1.234.567.`;
  return { code: "not_a_number", detail };
}

function notAnInteger(shown) {
  return { code: "not_an_integer", detail: `Ô này là số đếm, không nhận số lẻ (${shown}).` };
}

function negativeCount(shown) {
  const detail = `Ô này là số đếm, không nhận số âm (${shown}). Hãy nhập số từ 0 trở lên.`;
  return { code: "negative_count", detail };
}

function tooManyDecimals(shown, decimals) {
  const detail =
    `Ô này nhận nhiều nhất ${decimals} chữ số sau dấu phẩy (${shown}). ` +
    "Hãy làm tròn trước khi nhập.";
  return { code: "too_many_decimals", detail };
}

function tooLarge() {
  const detail =
    `Số có hơn ${MAX_INTEGER_DIGITS} chữ số trước dấu phẩy. Hãy kiểm tra lại số và đơn vị tính.`;
  return { code: "too_large", detail };
}

function printable(text) {
  const characters = Array.from(text);
  const cut =
    characters.length <= MAX_SHOWN_CHARACTERS
      ? characters
      : [...characters.slice(0, MAX_SHOWN_CHARACTERS - 1), "…"];
  return cut.map((each) => (/[\p{C}\p{Z}]/u.test(each) && each !== " " ? "\ufffd" : each)).join("");
}

/** Rounded once, half away from zero, as exact text without zeros at the end. */
export function figureText(value, decimals) {
  const scale = 10n ** BigInt(decimals);
  const units = (2n * absolute(value.n) * scale + value.d) / (2n * value.d);
  const digits = `${units}`.padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  const sign = value.n < 0n && units ? "-" : "";
  return `${sign}${whole}${fraction && `.${fraction}`}`;
}

/** 1.234.567,89 */
export function vietnameseFigure(value, decimals) {
  const [whole, fraction] = figureText(value, decimals).split(".");
  const grouped = whole.replace(/\B(?=([0-9]{3})+$)/g, ".");
  return fraction ? `${grouped},${fraction}` : grouped;
}
