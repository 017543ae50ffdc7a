import './page.css';
import { createRoot } from 'react-dom/client';
import { Page } from './page.tsx';
import { readPageConfiguration } from './page-configuration.ts';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no element #root.');
const configuration = readPageConfiguration(document.getElementById('fieldpass')?.textContent ?? '');
document.title = `${configuration.title} · Fieldpass`;
// The page is served at the endpoint that it explores, also behind a proxy that adds a prefix.
createRoot(root).render(<Page configuration={configuration} endpoint={window.location.pathname} />);
