export const money = (value: number): string => `${value.toFixed(2)} USD`;

export const count = (value: number): string => Math.round(value).toLocaleString('en');
