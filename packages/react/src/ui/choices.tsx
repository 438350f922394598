/** Places to go to, wherever they are listed. */
import type { ReactElement, ReactNode } from 'react';
import { useOrganizationSuggestions } from '../use-joining.js';
import { useNotifications } from '../use-notifications.js';
import { Act } from './buttons.js';
import { List, More } from './list.js';
import { Picture } from './parts.js';
import { type Run, useRun } from './use-run.js';
import { useWords } from './words.js';

/** A list and its title: no heading, because nobody here knows of which level, and for screen readers the list has it. */
export function Group({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactElement {
  return (
    <>
      <p className="kr-title" aria-hidden="true">
        {title}
      </p>
      <List label={title}>{children}</List>
    </>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly more?: string;
  readonly image: string;
  readonly isActive?: boolean;

  /** Why it cannot be chosen at present. */
  readonly why?: string;

  /** What it says beside its name, to those who do not see where it stands. */
  readonly label?: string;
  readonly run: Run;
  readonly onChoose: () => void;
}

/** One of a {@link Group}. */
export function Choice({ name, more, image, isActive, why, label, run, onChoose }: ChoiceProps): ReactElement {
  return (
    <li>
      <button
        type="button"
        className="kr-choice"
        aria-label={label}
        aria-current={isActive || undefined}
        aria-disabled={!!why || run.isBusy || undefined}
        onClick={() => !why && onChoose()}
      >
        <Picture url={image} name={name} />
        <span className="kr-two">
          <span>{name}</span>{' '}
          {(why || more) && <span className="kr-quiet">{why || more}</span>}
        </span>
      </button>
    </li>
  );
}

/** What a membership says of why it cannot be acted by; `""` when it can. */
export function whyNot({ type, message }: { readonly type: string; readonly message: string }): string {
  return type === 'none' ? '' : message;
}

interface SuggestionsProps {
  readonly run: Run;

  /** Joins, and goes there. */
  readonly go: (work: () => Promise<void>) => void;
  readonly switchTo: ((organizationId: string) => Promise<void>) | undefined;
}

/** The organizations that the account may join without being invited. */
export function Suggestions({ run, go, switchTo }: SuggestionsProps): ReactElement | null {
  const words = useWords();
  const { suggestions = [], join } = useOrganizationSuggestions();
  if (!join || suggestions.length === 0) return null;

  async function enter(organizationId: string): Promise<void> {
    await join?.(organizationId);
    await switchTo?.(organizationId);
  }

  return (
    <Group title={words.suggestions}>
      {suggestions.map(({ organization_id: id, name, image_url: image, domain }) => (
        <Choice
          key={id}
          name={name}
          more={domain}
          image={image}
          label={words.join(name)}
          run={run}
          onChoose={() => go(() => enter(id))}
        />
      ))}
    </Group>
  );
}

/**
 * Who has invited the account, as its inbox says. Only the mail has the link that accepts: this says where to look for it,
 * and can be put away.
 */
export function Invited(): ReactElement | null {
  const words = useWords();
  const run = useRun();
  // Of what belongs to the account alone only invitations are no warning.
  const hook = useNotifications({ channel: 'user', severity: 'info', limit: 100 });
  if (hook.loading) return null;
  const { notifications, archive, hasMore, fetchMore, error } = hook;
  const invitations = notifications.filter(({ kind }) => kind === 'invitation_received');
  if (invitations.length === 0 && !hasMore) return null;
  return (
    <>
      <Group title={words.invitations}>
        {invitations.map(({ id, title, metadata }) => {
          const place = [metadata['organization_name'], metadata['workspace_name']].filter(Boolean).join(' / ') || title;
          return (
            <li key={id} className="kr-row">
              <span className="kr-two">
                <strong>{place}</strong> <span className="kr-quiet">{words.invitedByMail}</span>
              </span>
              <Act label={words.putAway(place)} onPress={() => void run.run(() => archive(id))}>
                ×
              </Act>
            </li>
          );
        })}
      </Group>
      <More hasMore={hasMore} fetchMore={fetchMore} error={run.error ?? error} />
    </>
  );
}
