/**
 * Exact rationals {n, d} of BigInt, d > 0, in lowest terms. No float takes part anywhere.
 */

export function rational(numerator, denominator = 1n) {
  if (denominator === 1n) return { n: numerator, d: 1n };
  const sign = denominator < 0n ? -1n : 1n;
  const divisor = greatestCommonDivisor(absolute(numerator), absolute(denominator)) * sign;
  return { n: numerator / divisor, d: denominator / divisor };
}

/** From exact text such as "-12.50", as figures are stored. */
export function exact(text) {
  const [whole, fraction = ""] = text.split(".");
  return rational(BigInt(whole + fraction), 10n ** BigInt(fraction.length));
}

/** "3/2", "-4": one spelling for each value. */
export function rationalText(value) {
  return value.d === 1n ? `${value.n}` : `${value.n}/${value.d}`;
}

export function absolute(value) {
  return value < 0n ? -value : value;
}

function greatestCommonDivisor(left, right) {
  while (right) [left, right] = [right, left % right];
  return left;
}

export const add = (a, b) => rational(a.n * b.d + b.n * a.d, a.d * b.d);
export const negate = (a) => ({ n: -a.n, d: a.d });
export const subtract = (a, b) => add(a, negate(b));
export const multiply = (a, b) => rational(a.n * b.n, a.d * b.d);
export const divide = (a, b) => (b.n === 0n ? null : rational(a.n * b.d, a.d * b.n));
export const isLess = (a, b) => a.n * b.d < b.n * a.d;
export const isEqual = (a, b) => a.n === b.n && a.d === b.d;
export const magnitude = (a) => ({ n: absolute(a.n), d: a.d });
