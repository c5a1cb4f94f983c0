using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class DataViewSchema
{
    /// <summary>Collects the columns of a schema.</summary>
    public sealed class Builder
    {
        private readonly List<DetachedColumn> _columns = [];

        /// <summary>Starts with no columns.</summary>
        public Builder()
        {
        }

        /// <summary>Adds a column.</summary>
        public void AddColumn(string name, DataViewType type, Annotations? annotations = null)
            => _columns.Add(new DetachedColumn(name, type, annotations));

        /// <summary>Adds columns like those of another schema, hidden ones included.</summary>
        public void AddColumns(IEnumerable<Column> source)
        {
            foreach (var column in source)
                _columns.Add(new DetachedColumn(column));
        }

        /// <summary>Adds columns.</summary>
        public void AddColumns(IEnumerable<DetachedColumn> source)
        {
            foreach (var column in source)
                AddColumn(column.Name, column.Type, column.Annotations);
        }

        /// <summary>The schema of the columns in the order in which they were added.</summary>
        public DataViewSchema ToSchema()
        {
            var columns = new Column[_columns.Count];
            var taken = new HashSet<string>();
            for (int i = columns.Length - 1; i >= 0; i--)
                columns[i] = new Column(_columns[i].Name, i, !taken.Add(_columns[i].Name), _columns[i].Type, _columns[i].Annotations);
            return new DataViewSchema(columns);
        }
    }
}
