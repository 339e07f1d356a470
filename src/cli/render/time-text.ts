/** `2026-11-21 09:07:30`, in UTC: tables from two machines must agree. */
export const timeText = (atMs: number): string => new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
