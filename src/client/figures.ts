/** Numbers as people read them. Everything shown is formatted here, so that two screens never differ in a digit. */

export const count = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });

/** `1.25 %`; only nothing is 0 % and only everything is 100 %. */
export const percent = (share: number): string => {
  const value = share * 100;
  const digits = value === 0 || value >= 99.95 ? 0 : value < 1 ? 2 : 1;
  const rounded = Number(value.toFixed(digits));
  if (rounded === 0 && share > 0) return 'under 0.01 %';
  if (rounded === 100 && share < 1) return 'over 99.9 %';
  return `${rounded} %`;
};

/** `45 s`, `2 min 10 s`, `3 h 5 min`, `4 d 2 h`. */
export const duration = (durationMs: number): string => {
  const seconds = Math.max(0, Math.round(durationMs / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
};

/** Two significant digits: an estimate must not look like a count. */
export const about = (value: number): string => {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 1);
  return `about ${count(Math.ceil(value / unit) * unit)}`;
};

export const bytes = (value: number): string => {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = value;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(size < 10 ? 1 : 0)} ${units[unit]}`;
};

export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;
