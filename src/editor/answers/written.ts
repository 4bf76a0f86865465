/** An answer of a Hugging Face model in words: as Markdown to be read, and as plain text to be copied. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { FolderAnswer, FolderQuestion } from '../../service/inquiries/askFolder';
import { percent } from '../text/format';
import { writingText } from './writing';

const { l10n } = vscode;
const mostRows = 20;

/** A question with its answer; Markdown. What the user or the model wrote stands in it as it is. */
export function written(question: FolderQuestion, answer: FolderAnswer): string {
  const { text, pair, question: asked, file, labels } = question;
  const given: (readonly [string, string | undefined])[] = [
    [l10n.t('Question'), asked && plain(asked)],
    [l10n.t('Text'), text && marked(text, answer)],
    [l10n.t('Second text'), pair && plain(pair)],
    [l10n.t('File'), file && plain(path.basename(file))],
    [l10n.t('Labels'), labels && plain(labels.join(', '))],
    [l10n.t('Tokens'), question.writing && plain(writingText(question.writing))],
  ];
  return [
    ...given.flatMap(([name, what]) => (what ? [`*${name}:* ${what}`, ''] : [])),
    ...lines(answer),
    '',
  ].join('\n');
}

/** What Copy puts in the clipboard: rows are parted by tabs, as a spreadsheet takes them. */
export function copied(answer: FolderAnswer): string {
  if (answer.kind === 'text') return answer.text.trim();
  if (answer.kind === 'answer') return answer.answer;
  const { head, rows } = tableOf(answer);
  return [head, ...rows.map(r => r.map(c => (typeof c === 'number' ? String(c) : c)))]
    .map(r => r.map(c => c.replace(/[\t\n]/g, ' ')).join('\t'))
    .join('\n');
}

function lines(answer: FolderAnswer): string[] {
  switch (answer.kind) {
    case 'text':
      return [
        ...(answer.language === undefined ? [] : [`*${l10n.t('Language')}:* ${plain(answer.language)}`, '']),
        answer.text.trim() === '' ? `*${l10n.t('Nothing was written.')}*` : plain(answer.text.trimEnd()),
      ];
    case 'nearness':
      return [
        l10n.t(
          'Cosine similarity of the two vectors of {0} numbers: {1}',
          answer.size,
          `**${answer.cosine.toFixed(3)}**`,
        ),
      ];
    case 'entities':
      if (answer.entities.length === 0) return [l10n.t('No entity was found.')];
  }
  const { head, rows, left } = tableOf(answer, mostRows);
  return [
    `| ${head.join(' | ')} |`,
    `| ${head.map(() => '---').join(' | ')} |`,
    ...rows.map(r => `| ${r.map(c => (typeof c === 'number' ? bar(c) : plain(c))).join(' | ')} |`),
    ...(left > 0 ? ['', l10n.t('{0} more', left)] : []),
  ];
}

type Cell = string | number;

/** A number is a probability. */
function tableOf(answer: FolderAnswer, most = Number.POSITIVE_INFINITY) {
  const probability = l10n.t('Probability');
  const cut = (head: string[], rows: Cell[][]) => ({
    head,
    rows: rows.slice(0, most),
    left: Math.max(0, rows.length - most),
  });
  switch (answer.kind) {
    case 'classes':
      return cut(
        [l10n.t('Class'), probability],
        Object.entries(answer.probabilities).sort(([, a], [, b]) => b - a),
      );
    case 'entities':
      return cut(
        [l10n.t('Entity'), l10n.t('Text'), l10n.t('Place'), probability],
        answer.entities.map(e => [e.entity, e.word, `${e.start}–${e.end}`, e.probability]),
      );
    case 'answer':
      return cut(
        [l10n.t('Answer'), l10n.t('Place'), probability],
        [[answer.answer, `${answer.start}–${answer.end}`, answer.probability]],
      );
    case 'fills':
      return cut(
        [l10n.t('Word'), l10n.t('Text'), probability],
        answer.fills.map(f => [f.token, f.text, f.probability]),
      );
    case 'nearness':
      return cut([l10n.t('Cosine similarity')], [[answer.cosine.toString()]]);
    case 'text':
      return cut([l10n.t('Text')], [[answer.text]]);
  }
}

/** A text with the places in it that the model pointed at. */
function marked(text: string, answer: FolderAnswer): string {
  const spans =
    answer.kind === 'entities'
      ? answer.entities.map(e => ({ ...e, label: e.entity }))
      : answer.kind === 'answer'
        ? [{ ...answer, label: '' }]
        : [];
  let [out, at] = ['', 0];
  for (const { start, end, label } of spans) {
    // White space beside ** would leave the stars as they are.
    if (start < at || text.slice(start, end).trim() !== text.slice(start, end) || end <= start) continue;
    out += `${plain(text.slice(at, start))}<strong>${plain(text.slice(start, end))}</strong>`;
    if (label !== '') out += ` <sub>${plain(label)}</sub>`;
    at = end;
  }
  return out + plain(text.slice(at));
}

/** Ten squares, so that rows can be told apart at a glance. */
function bar(p: number): string {
  const full = Math.round(10 * p);
  return `${'█'.repeat(full)}${'░'.repeat(10 - full)} ${percent(p)}`;
}

/** Text that means nothing to Markdown; line breaks and what a line is set in by are kept. */
function plain(text: string): string {
  return text
    .replace(/[\\`*_{}[\]()#+\-.!|~$>:]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/^[ \t]+/gm, s => '&nbsp;'.repeat(s.replace(/\t/g, '    ').length))
    .replace(/\r?\n/g, '<br>');
}
