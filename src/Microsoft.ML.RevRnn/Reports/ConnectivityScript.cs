namespace Microsoft.ML.RevRnn.Reports;

/// <summary>What makes a page of connectivity answer: hover, tap or arrow keys select a token, in all models at once by where it stands in the text.</summary>
internal static class ConnectivityScript
{
    /// <summary>
    /// Reads the data beside each text, [{position, target, predictions, values}] with values in base64, 128 for 0. Texts go into the page as text, never as markup.
    /// </summary>
    public const string Text =
        """
        'use strict';
        const models = [...document.querySelectorAll('.model')].map(model => {
          const spans = [...model.querySelectorAll('.tokens span')];
          let end = 0;
          const starts = spans.map(span => { const start = end; end += span.textContent.length; return start; });
          const rows = new Map(JSON.parse(model.querySelector('script').textContent).map(row => [row.position, row]));
          return { spans, starts, rows, list: model.querySelector('.predictions') };
        });
        let current = [0, 0];
        const item = (text, probability, isTarget) => {
          const li = document.createElement('li'), code = document.createElement('code');
          code.textContent = text;
          li.append(code, ' ' + (100 * probability).toFixed(1) + ' %');
          if (isTarget) li.className = 'target';
          return li;
        };
        const show = (model, index) => {
          const row = model.rows.get(index);
          const values = row ? atob(row.values) : '';
          model.spans.forEach((span, i) => {
            const value = i < values.length ? values.charCodeAt(i) - 128 : 0;
            span.className = value > 0 ? 'for' : value < 0 ? 'against' : '';
            span.style.setProperty('--share', Math.round(100 * Math.abs(value) / 127) + '%');
            if (!model.rows.has(i)) span.classList.add('untold');
          });
          model.spans[index]?.classList.add('selected');
          const items = row ? row.predictions.map(p => item(p.text, p.probability, p.text === row.target.text)) : [];
          if (row && !items.some(li => li.className)) items.push(item(row.target.text, row.target.probability, true));
          model.list.replaceChildren(...items);
        };
        const select = (which, index) => {
          const chosen = models[which];
          if (index < 0 || index >= chosen.spans.length) return;
          current = [which, index];
          const at = chosen.starts[index];
          const isEnd = index === chosen.spans.length - 1;
          models.forEach(model => {
            let i = model === chosen ? index : isEnd ? model.spans.length - 1 : model.starts.findLastIndex(start => start <= at);
            show(model, i);
          });
          document.body.dataset.selected = index;
        };
        models.forEach((model, which) => model.spans.forEach((span, index) => {
          span.addEventListener('pointerover', () => select(which, index));
          span.addEventListener('click', () => select(which, index));
        }));
        document.addEventListener('keydown', event => {
          const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
          if (!step) return;
          event.preventDefault();
          select(current[0], current[1] + step);
        });
        if (models.length) select(0, Math.max(...models[0].rows.keys(), 0));
        """;
}
