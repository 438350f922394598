/** What somebody with a keyboard and a mouse does to a page. */
import { act, fireEvent, screen, within } from '@testing-library/react';
import { pass } from './harness.js';

export const button = (name: RegExp | string): HTMLElement => screen.getByRole('button', { name });
export const tab = (name: string): HTMLElement => screen.getByRole('tab', { name });

/** Focuses it too, as browsers do with a button. */
export async function click(element: HTMLElement, detail = 1): Promise<void> {
  await act(async () => void fireEvent.pointerDown(element));
  await act(async () => element.focus());
  await act(async () => void fireEvent.click(element, { detail }));
  await pass();
}

export async function press(key: string): Promise<void> {
  await act(async () => void fireEvent.keyDown(document.activeElement as Element, { key }));
}

export async function type(label: string | RegExp, value: string): Promise<void> {
  await act(async () => void fireEvent.change(screen.getByLabelText(label), { target: { value } }));
  await pass();
}

export async function submit(name: string): Promise<void> {
  await act(async () => void fireEvent.submit(screen.getByRole('form', { name: new RegExp(`^${name}(: |$)`) })));
  await pass();
}

/** What the lists on the page say, by their names; `*` before what is chosen. */
export function lists(): Record<string, string[]> {
  const text = (item: HTMLElement): string => item.querySelector('.kr-two > :first-child')?.textContent ?? item.textContent ?? '';
  return Object.fromEntries(
    screen.getAllByRole('list').map((list) => [
      list.getAttribute('aria-label'),
      within(list)
        .queryAllByRole('listitem')
        .map((item) => `${item.querySelector('[aria-current]') ? '*' : ''}${text(item)}`),
    ]),
  );
}
