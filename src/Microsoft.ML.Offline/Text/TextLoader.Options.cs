namespace Microsoft.ML.Data;

public sealed partial class TextLoader
{
    /// <summary>How a text file is read.</summary>
    public class Options
    {
        /// <summary>Whether fields may stand in quotes; a quote in quotes is doubled.</summary>
        public bool AllowQuoting = Defaults.AllowQuoting;

        /// <summary>Whether lines may have fields as index:value; not supported here.</summary>
        public bool AllowSparse = Defaults.AllowSparse;

        /// <summary>What stands between fields.</summary>
        public char[] Separators = [Defaults.Separator];

        /// <summary>The columns.</summary>
        public Column[]? Columns;

        /// <summary>Whether white space at the end of a line is left out.</summary>
        public bool TrimWhitespace = Defaults.TrimWhitespace;

        /// <summary>Whether the first line has names.</summary>
        public bool HasHeader = Defaults.HasHeader;

        /// <summary>How many rows are read at most.</summary>
        public long? MaxRows;
    }
}
